# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# The lab of the end-to-end tests: client, online host and test host as namespaces on one bridged
# segment, so that an answer which is not stolen does reach the client. Sourced by tests/netns/t_*.sh,
# which run in a booted VM as `t_NAME.sh FAMILY` with $TCOPY_TOP, $TCOPY_KVER, $T (their directory).
#
#   client 10.1.0.10 fd01::10 --+
#   online 10.1.0.1  fd01::1  --+-- br0 in "net"
#   test   10.1.0.2  fd01::2  --+
#
# Each namespace has one device, eth0; host_add makes more hosts. What talks to an online host takes
# $AT (online), to a test host $ON (test), to a service $PORT (80), about one of several targets $TARGET
# (its name): AT=online2 PORT=81 get ... A test fails by its first failing `fail` (or any command of
# its own under `set -e`), skips by `skip`. What it leaves running is ended by lab_down.

set -eu -o pipefail
FAMILY=${1:-4}
TOP=$TCOPY_TOP
SLOW=${TCOPY_SLOW:-1}		# deadlines are so many times as long (the debug kernel)
KMOD=$TOP/build/$TCOPY_KVER/kmod
CTL=$TOP/build/tcopyctl
declare -A IP4=([client]=10.1.0.10 [online]=10.1.0.1 [test]=10.1.0.2)
declare -A IP6=([client]=fd01::10 [online]=fd01::1 [test]=fd01::2)
declare -A MAC=([client]=02:00:00:00:00:10 [online]=02:00:00:00:00:01 [test]=02:00:00:00:00:02)
HOSTS=(client online test)
LAB_PIDS=()
declare -A LOAD_PIDS		# [ONLINE.PORT]

fail() { echo "$*" >"$T/reason"; echo "FAILED: $*"; exit 1; }
skip() { echo "$*" >"$T/reason"; exit 77; }
note() { echo "[$(cut -d. -f1 /proc/uptime)] $*"; }

# --- names ------------------------------------------------------------------------------------------
addr() { if [ "$FAMILY" = 4 ]; then echo "${IP4[$1]}"; else echo "${IP6[$1]}"; fi; }
hostport() { if [ "$FAMILY" = 4 ]; then echo "${IP4[$1]}:$2"; else echo "[${IP6[$1]}]:$2"; fi; }
# flows HOST TO PORT: what conntrack in HOST knows of connections from a client to PORT of TO
flows() {
	local to
	to=$(python3 -c 'import ipaddress, sys; print(ipaddress.ip_address(sys.argv[1]).exploded)' "$(addr "$2")")
	ns "$1" grep -E "dst=$to sport=[0-9]+ dport=$3 src=" /proc/net/nf_conntrack
}
ns() { ip netns exec "$@"; }			# ns NAMESPACE COMMAND...
ctl() { "$CTL" -n "$@"; }			# ctl NAMESPACE COMMAND...

# wait_for SECONDS WHAT COMMAND...: polls until COMMAND succeeds, else fails the test
wait_for() {
	local what=$2 end=$((SECONDS + $1 * SLOW))
	shift 2
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $end ] || fail "waited in vain: $what"
		sleep 0.1
	done
}

# --- up and down ------------------------------------------------------------------------------------
lab_up() {
	local n
	trap lab_exit EXIT
	trap 'exit 1' INT TERM
	ip netns add net
	ip -n net link add br0 type bridge mcast_snooping 0
	ip -n net link set br0 up
	for n in "${HOSTS[@]}"; do host_up "$n"; done
	ns client sysctl -qw net.ipv4.ip_local_port_range='1025 65000'
}

host_up() {	# NAME [DEVICE]: on the bridge, or on a device of its own
	local n=$1
	ip netns add "$n"
	ip -n "$n" link set lo up
	if [ -n "${2:-}" ]; then
		ip link set "$2" down
		ip link set "$2" address "${MAC[$n]}" name eth0 netns "$n"
	else
		ip link add eth0 netns "$n" address "${MAC[$n]}" type veth peer name "$n" netns net
		ip -n net link set "$n" master br0 up
	fi
	ns "$n" sysctl -qw net.ipv6.conf.eth0.accept_dad=0 net.ipv6.conf.eth0.accept_ra=0 \
		net.ipv4.tcp_max_syn_backlog=4096 net.core.somaxconn=4096
	ip -n "$n" addr add "${IP4[$n]}/24" dev eth0
	ip -n "$n" addr add "${IP6[$n]}/64" dev eth0 nodad
	ip -n "$n" link set eth0 up
}

# host_add NAME N: one more host on the segment, 10.1.0.N and fd01::N; one whose name begins with
# "test" is a test host for ghosts_start, which comes behind it
host_add() {
	local n=$1
	IP4[$n]=10.1.0.$2 IP6[$n]=fd01::$2 MAC[$n]=$(printf '02:00:00:00:00:%02x' "0x$2")
	HOSTS+=("$n")
	host_up "$n"
}

# one_cpu [1]: with one CPU from now on, or all again. The emulator now and then loses a CPU, or runs what is no
# more, where another one patches code: what switches tracepoints and static keys under load does it on one.
one_cpu() {
	local c
	for c in /sys/devices/system/cpu/cpu[1-9]*/online; do [ ! -e "$c" ] || echo "${1:-0}" >"$c"; done
}

lab_exit() {
	local rc=$?
	trap - EXIT
	set +e
	if [ $rc != 0 ] && [ $rc != 77 ]; then diagnose; fi
	lab_down || { [ $rc != 0 ] || { rc=1; echo "the lab could not be taken down" >"$T/reason"; }; }
	one_cpu 1
	exit $rc
}

lab_down() {
	local p n m bad=0
	for p in "${LAB_PIDS[@]}"; do kill "$p" 2>/dev/null; done
	for n in "${HOSTS[@]}"; do
		for p in $(ip netns pids "$n" 2>/dev/null); do kill "$p" 2>/dev/null; kill -CONT "$p" 2>/dev/null; done
	done
	for p in "${LAB_PIDS[@]}"; do wait "$p" 2>/dev/null; done
	if grep -q '^tcopy ' /proc/modules; then timeout $((30 * SLOW)) rmmod tcopy || bad=1; fi
	if grep -q '^tcopy_intercept ' /proc/modules; then
		for n in "${HOSTS[@]}"; do ctl "$n" del-intercept all --force >/dev/null 2>&1; done
		timeout $((30 * SLOW)) rmmod tcopy_intercept || bad=1
	fi
	for n in "${HOSTS[@]}" net; do ip netns del "$n" || bad=1; done
	for m in "$T"/*/html; do [ -d "$m" ] && rm -rf "$m"; done
	return $bad
}

diagnose() {
	echo "--- diagnostics"
	if grep -q '^tcopy ' /proc/modules; then
		for n in "${HOSTS[@]}"; do
			[[ $n == online* ]] || continue
			for c in show-targets show-stats show show-sessions; do echo "$n: $c"; ctl "$n" -p $c 2>&1 | head -150; done
		done
	fi
	if grep -q '^tcopy_intercept ' /proc/modules; then
		for n in "${HOSTS[@]}"; do
			[[ $n == test* ]] || continue
			echo "$n: show-intercepts"; ctl "$n" -p show-intercepts 2>&1
		done
		for n in "$T"/relay*.log; do echo "$n"; tail -30 "$n" 2>/dev/null; done
	fi
	for n in "${HOSTS[@]}"; do
		[ "$n" != client ] || continue
		echo "$n: $(ss -N "$n" -tanH 2>/dev/null | awk '{ n[$1]++ } END { for (s in n) printf "%s %d, ", s, n[s] }')"
		ss -N "$n" -tan 2>/dev/null | head -12
		echo "$n: access log: $(cut -d' ' -f2 "$T/$n/access.log" 2>/dev/null | sort | uniq -c | tr '\n' ';')"
		tail -5 "$T/$n/error.log" 2>/dev/null
		tail -20 "$T/$n/server.log" 2>/dev/null
		ns "$n" nstat -as 2>/dev/null | grep -E 'Retrans|Drop|Err|Reset|OutOfWindow|PAWS|Challenge|TCPAbort' | awk '$2 > 0 { print "  " $1, $2 }'
	done
	echo "--- kernel log"
	dmesg | tail -30
}

# --- servers ----------------------------------------------------------------------------------------
# nginx_up NAMESPACE [SECONDS]: nginx on port 80 (or $NGINX_PORTS), both families; each answer
# SECONDS late
# URIs: /s/N small, /m/N 100 KB, /l/N 10 MB (N makes each distinct), PUT /up/N stores its body.
# access.log: URI STATUS METHOD CLIENT CONNECTION BYTES, one line a request.
nginx_up() {
	local n=$1 d=$T/$1 delay=${2:-} first=${NGINX_PORTS:-80} port small='return 200 "a small answer\n";'
	first=${first%% *}
	mkdir -p "$d/html/up" "$d/tmp"
	[ -n "$delay" ] && small="echo_sleep $delay; echo 'a small answer';"
	head -c 102400 /dev/zero | tr '\0' m >"$d/html/m"
	head -c 10485760 /dev/zero | tr '\0' l >"$d/html/l"
	cat >"$d/nginx.conf" <<CONF
$([ -n "$delay" ] && echo "load_module /usr/lib/nginx/modules/ngx_http_echo_module.so;")
user root;
worker_processes 1;
worker_rlimit_nofile 16384;
pid $d/nginx.pid;
error_log $d/error.log warn;
events { worker_connections 8192; }
http {
	log_format tcopy '\$request_uri \$status \$request_method \$remote_addr \$connection \$body_bytes_sent';
	access_log $d/access.log tcopy;
	default_type application/octet-stream;
	client_body_temp_path $d/tmp; proxy_temp_path $d/tmp; fastcgi_temp_path $d/tmp;
	uwsgi_temp_path $d/tmp; scgi_temp_path $d/tmp;
	sendfile on; tcp_nopush on; server_tokens off;
	keepalive_requests 1000000; keepalive_timeout 600s;
	client_max_body_size 100m; client_body_buffer_size 64k;
	server {
$(for port in ${NGINX_PORTS:-80}; do printf '\t\tlisten %s backlog=4096;\n\t\tlisten [::]:%s backlog=4096;\n' "$port" "$port"; done)
		root $d/html;
		location /s/ { $small }
		location /m/ { try_files /m =404; }
		location /l/ { try_files /l =404; }
		location /up/ { dav_methods PUT; create_full_put_path on; }
	}
}
CONF
	ns "$n" nginx -c "$d/nginx.conf" -e "$d/error.log" || fail "nginx does not start in $n"
	wait_for 20 "nginx in $n" ns "$n" curl -s -o /dev/null -m $((2 * SLOW)) "http://$(hostport "$n" "$first")/m/0"
	# nginx logs a request after its answer has left
	wait_for 5 "the access log of $n" test -s "$d/access.log"
	: >"$d/access.log"
}

# --- clients ----------------------------------------------------------------------------------------
# get FROM TO CONNECTIONS /PATH/ [CURL OPTION...]: one request for each number, each of which must
# be answered 200. Asked is the online host (AT, PORT, SCHEME say otherwise); by put too
get() {
	local from=$1 to=$2 conns=$3 path=$4 out bad
	shift 4
	out=$(mktemp "$T/get.XXXXXX")
	ns client curl -sS --no-progress-meter -Z --parallel-max "$conns" -o /dev/null -w '%{http_code} %{url_effective} %{errormsg}\n' \
		--connect-timeout $((20 * SLOW)) -m $((120 * SLOW)) "$@" "${SCHEME:-http}://$(hostport "${AT:-online}" "${PORT:-80}")${path}[$from-$to]" >"$out" 2>"$out.err" || true
	bad=$(grep -v '^200 ' "$out" | head -1 || true)
	[ -z "$bad" ] || fail "a client's request failed: $bad $(head -1 "$out.err")"
	[ "$(wc -l <"$out")" = $((to - from + 1)) ] || fail "$(wc -l <"$out") of $((to - from + 1)) requests of $path were made: $(head -1 "$out.err")"
	rm -f "$out" "$out.err"
}

# two_clients: options of curl, A and B, for the client and for one with another address
two_clients() {
	local len=24 addr=10.1.0.11
	[ "$FAMILY" = 4 ] || len=64 addr=fd01::11
	ip -n client addr add $addr/$len dev eth0 $([ "$FAMILY" = 4 ] || echo nodad)
	# shellcheck disable=SC2034	# for tests
	A=(--interface "$(addr client)") B=(--interface $addr)
}

# put SIZE COUNT CONNECTIONS NAME: uploads COUNT bodies of SIZE bytes, each its own
put() {
	local size=$1 count=$2 conns=$3 name=$4 i f args=()
	for ((i = 1; i <= count; i++)); do
		f=$T/put.$name.$i
		# openssl makes incompressible bytes faster than /dev/urandom under emulation
		head -c "$size" /dev/zero | openssl enc -aes-128-ctr -K "$(printf %032x $i)" -iv "$(printf %032x "$size")" >"$f"
		args+=(${args[0]:+--next} -sS -m $((200 * SLOW)) -o /dev/null -w '%{http_code}\n' -T "$f" ${SCHEME:+-k} "${SCHEME:-http}://$(hostport "${AT:-online}" "${PORT:-80}")/up/$name.$i")
	done
	ns client curl -g --no-progress-meter -Z --parallel-max "$conns" "${args[@]}" >"$T/put.out" 2>"$T/put.err" || true
	[ "$(grep -c '^20[14]' "$T/put.out")" = "$count" ] || fail "an upload failed: $(sort "$T/put.out" | uniq -c | tr '\n' ' ') $(head -1 "$T/put.err")"
	rm -f "$T"/put.*
}

# load_start SECONDS CONNECTIONS [/PATH/ [CURL OPTION...]]: requests in the background from a range
# of its own; load_end waits for it: every request must have been answered
load_start() {
	local seconds=$1 conns=$2 path=${3:-/s/}
	shift 2; [ $# -gt 0 ] && shift
	LOAD_OUT=$T/load.${AT:-online}.${PORT:-80}
	: >"$LOAD_OUT"
	(
		end=$((SECONDS + seconds)) round=0
		while [ $SECONDS -lt $end ]; do
			round=$((round + 1))
			ns client curl -sS --no-progress-meter -Z --parallel-max "$conns" -o /dev/null -w '%{http_code} %{url_effective} %{errormsg}\n' \
				--connect-timeout $((20 * SLOW)) -m $((60 * SLOW)) "$@" "http://$(hostport "${AT:-online}" "${PORT:-80}")${path}load-$round-[1-500]" || true
		done >>"$LOAD_OUT" 2>>"$T/load.err"
	) &
	LOAD_PID=$!
	LOAD_PIDS[${AT:-online}.${PORT:-80}]=$LOAD_PID
	LAB_PIDS+=("$LOAD_PID")
	wait_for 20 "the load to begin" test -s "$LOAD_OUT"
}
load_end() {
	local bad LOAD_OUT=$T/load.${AT:-online}.${PORT:-80}
	wait "${LOAD_PIDS[${AT:-online}.${PORT:-80}]}" || true
	bad=$(grep -v '^200 ' "$LOAD_OUT" | head -1 || true)
	[ -z "$bad" ] || fail "a client's request failed: $bad"
	note "the load made $(wc -l <"$LOAD_OUT") requests"
	[ "$(wc -l <"$LOAD_OUT")" -gt 100 ] || fail "the load made only $(wc -l <"$LOAD_OUT") requests"
}

# steady_start CONNECTIONS SECONDS INTERVAL /PATH/: connections that last, each with a request in INTERVAL
# seconds; steady_end: all of them were answered; steady_same SECONDS: the test server has seen each once,
# and those of a connection in their order
steady_start() {
	STEADY=$4
	ip netns exec client /usr/bin/python3 "$TOP/tests/netns/steady.py" "$(addr online)" 80 "$@" >"$T/steady.out" 2>"$T/steady.err" &
	STEADY_PID=$!
	LAB_PIDS+=($STEADY_PID)
	wait_for 30 "the lasting connections" grep -q begun "$T/steady.out"
}
# steady_end [now]: wait until they have done, or have done with it
steady_end() {
	[ "${1:-}" != now ] || kill "$STEADY_PID"
	wait "$STEADY_PID" || fail "a lasting connection failed: $(head -1 "$T/steady.err")"
	note "the lasting connections made $(tail -1 "$T/steady.out") requests"
}
steady_log() { grep "^$STEADY" "$T/$1/access.log" | cut -d' ' -f1-3 | sort -t- -k2,2n -s; }
steady_logs_equal() { cmp -s <(steady_log online) <(steady_log test); }
steady_same() {
	local n
	n=$(steady_log online | wc -l)
	[ "$n" = "$(tail -1 "$T/steady.out")" ] || fail "the online server logged $n requests of $(tail -1 "$T/steady.out")"
	wait_for "$1" "the $n requests of lasting connections in the test server's log ($(steady_log test | wc -l) are; $(diff <(steady_log online) <(steady_log test) | sed -n 2p))" steady_logs_equal
	note "$n requests of lasting connections are the same in both logs"
}

# --- what the servers saw -----------------------------------------------------------------------------
# of what $FROM (online; "online online2": of both together) and $TO (test) logged, of lines that
# match $ONLY
log_all() { local n f=(); for n; do f+=("$T/$n/access.log"); done; cat "${f[@]}" | grep -E "${ONLY:-}" || true; }
log_key() { log_all "$@" | cut -d' ' -f1-3 | sort; }
# shellcheck disable=SC2086	# $FROM is a list
logs_equal() { cmp -s <(log_key ${FROM:-online}) <(log_key "${TO:-test}"); }
log_lines() { log_all "$@" | wc -l; }
logs_clear() { local n; for n; do : >"$T/$n/access.log"; done; }

# same_logs COUNT [SECONDS]: both access logs hold COUNT requests, the same URIs the same number of
# times with the same status
# shellcheck disable=SC2086
same_logs() {
	local end=$((SECONDS + ${2:-30} * SLOW)) from=${FROM:-online} to=${TO:-test}
	[ "$(log_lines $from)" = "$1" ] || fail "$from logged $(log_lines $from) requests, not $1"
	until logs_equal; do
		if [ $SECONDS -ge $end ]; then
			diff <(log_key $from) <(log_key "$to") | head -20 || true
			fail "the logs differ: $from $(log_lines $from) requests, $to $(log_lines "$to"), $(diff <(log_key $from) <(log_key "$to") | grep -c '^[<>]') lines differ, first $(diff <(log_key $from) <(log_key "$to") | sed -n 2p)"
		fi
		sleep 0.2
	done
	note "$1 requests are the same in both logs"
}

# same_uploads COUNT: COUNT bodies were stored by both servers, byte for byte the same
same_uploads() {
	local n from=${FROM:-online} to=${TO:-test}
	for n in "$from" "$to"; do
		(cd "$T/$n/html/up" && sha256sum -- * | sort -k2) >"$T/$n.sums"
	done
	[ "$(wc -l <"$T/$from.sums")" = "$1" ] || fail "the online server stored $(wc -l <"$T/$from.sums") bodies, not $1"
	cmp -s "$T/$from.sums" "$T/$to.sums" || fail "uploads differ: $(diff "$T/$from.sums" "$T/$to.sums" | sed -n 2p)"
	note "$1 bodies have the same hash on both servers"
}

# --- captures ---------------------------------------------------------------------------------------
# capture_start NAME NAMESPACE FILTER [TCPDUMP OPTION...]
capture_start() {
	local name=$1 n=$2 filter=$3
	shift 3
	# not by ns(): the pid must be tcpdump's own
	ip netns exec "$n" tcpdump -i eth0 -n -U --immediate-mode -B 65536 -w "$T/$name.pcap" "$@" "$filter" 2>"$T/$name.tcpdump" &
	eval "CAPTURE_$name=$!"
	LAB_PIDS+=($!)
	wait_for 20 "tcpdump in $n" grep -q 'listening on' "$T/$name.tcpdump"
}
capture_end() {		# NAME
	local p="CAPTURE_$1"
	sleep 0.2	# what is in the ring still has to be written: tcpdump polls
	kill "${!p}" 2>/dev/null || fail "tcpdump ($1) had died: $(tail -1 "$T/$1.tcpdump")"
	wait "${!p}" 2>/dev/null || true
}

# Ghosts: what the test host sends to the client, or asks its neighbours for in order to; what
# talks of the test host's address (but copies on their way to it, which the bridge floods while it is
# cut off, and what the client sends with that address as its source: one bit of its own is corrupt); and
# any ICMP error, whoever made it (the lab's own traffic has none).
ghosts_start() {
	local c=${MAC[client]} filter n t
	filter='(icmp and icmp[0] != 8 and icmp[0] != 0) or (ip6 and ip6[6] = 58 and ip6[40] < 128)'
	for n in "${!MAC[@]}"; do
		[[ $n == test* ]] || continue
		t=${MAC[$n]}
		filter+=" or (ether src $t and ether dst $c) or (ether src $c and ether dst $t)
			or (arp and ether src $t and arp[24:4] = 0x0a01000a)
			or (ip6 and ether src $t and ip6[6] = 58 and ip6[40] = 135 and ip6[60:4] = 0x00000010)
			or (tcp and (host ${IP4[$n]} or host ${IP6[$n]}) and not ether dst $t
				and not (ether src $c and (src host ${IP4[$n]} or src host ${IP6[$n]})))"
	done
	capture_start ghosts client "$filter" -s 128
}
ghosts_none() {
	capture_end ghosts
	! grep -E '^[1-9][0-9]* packets? dropped' "$T/ghosts.tcpdump" || fail "the capture lost packets"
	tcpdump -enr "$T/ghosts.pcap" 2>/dev/null >"$T/ghosts.txt"
	[ ! -s "$T/ghosts.txt" ] || { head -20 "$T/ghosts.txt"; fail "$(wc -l <"$T/ghosts.txt") ghost packets reached the client, first $(head -1 "$T/ghosts.txt" | cut -c1-160)"; }
	note "no ghost packet"
}

# checksums_ok NAME MIN: every IP and TCP checksum of a full capture is right; at least MIN packets
checksums_ok() {
	local bad n
	tcpdump -nvvr "$T/$1.pcap" 2>/dev/null >"$T/$1.txt"
	n=$(grep -c 'cksum 0x' "$T/$1.txt" || true)
	bad=$(grep -E 'incorrect|bad cksum|bad-cksum|wrong' "$T/$1.txt" | head -1 || true)
	[ -z "$bad" ] || fail "a checksum is wrong on the wire: $bad"
	[ "$n" -ge "$2" ] || fail "the capture $1 holds $n packets with a checksum, not $2 or more"
	note "$n checksums are right"
	rm -f "$T/$1.txt"
}
tx_offload_off() { local n; for n; do ns "$n" ethtool -K eth0 tx off >/dev/null; done; }

# --- tcopy ------------------------------------------------------------------------------------------
need_tcopy() {
	[ -x "$CTL" ] || fail "build/tcopyctl does not exist"
	[ -e "$KMOD/tcopy.ko" ] || fail "build/$TCOPY_KVER/kmod/tcopy.ko does not exist"
	[ -e "$KMOD/tcopy_intercept.ko" ] || fail "build/$TCOPY_KVER/kmod/tcopy_intercept.ko does not exist"
}
# on $ON (test); relay_stat NAME: a counter of it
declare -A RELAYS
# shellcheck disable=SC2120	# tests pass options
relay_start() {
	local n=${ON:-test}
	ip netns exec "$n" "$CTL" relay "$@" >>"$T/relay${n#test}.log" 2>&1 &
	RELAY_PID=$!
	RELAYS[$n]=$RELAY_PID
	LAB_PIDS+=("$RELAY_PID")
}
relay_end() { kill "-${1:-TERM}" "${RELAYS[${ON:-test}]}"; wait "${RELAYS[${ON:-test}]}" 2>/dev/null || true; }
relay_stat() {
	local n=${ON:-test} log before
	log=$T/relay${n#test}.log
	before=$(grep -c "^relay: $1 " "$log" || true)
	kill -USR1 "${RELAYS[$n]}"
	# shellcheck disable=SC2317	# wait_for calls it
	said() { [ "$(grep -c "^relay: $1 " "$log")" -gt "$before" ]; }
	wait_for 10 "the relay's counters" said "$1"
	sed -n "s/^relay: $1 *\([0-9]*\) .*/\1/p" "$log" | tail -1
}
target_field() {	# FIELD: of the target $TARGET (a name), or else of the first
	ctl "${AT:-online}" -j show-targets | tr -d '\n' | sed 's/}, *{/}\n{/g' |
		sed -nE "/\"name\": *\"${TARGET:-[^\"]*}\"/p" | tr ',{}' '\n\n\n' | sed -n "s/^[[:space:]]*\"$1\":[[:space:]]*\"\{0,1\}\([^\"]*\)\"\{0,1\}[[:space:]]*\$/\1/p" | head -1
}
# stat NAME: the sum of a counter over all targets, or of $TARGET (0 when it is not shown)
stat() {
	ctl "${AT:-online}" -j show-stats ${TARGET:+--target "$TARGET"} | tr ',{}' '\n\n\n' | sed -n "s/^[[:space:]]*\"$1\":[[:space:]]*\([0-9]*\).*/\1/p" | awk '{ n += $1 } END { print n + 0 }'
}
state_is() { [ "$(target_field state)" = "$1" ]; }
state_is_not() { [ "$(target_field state)" != "$1" ]; }
# sheet_adds_up: each target's balance, exactly, at rest (while packets flow it need not)
sheet_adds_up() {
	local out
	out=$(ctl "${AT:-online}" -j show-stats) || return 1
	[[ $out == *'"adds_up"'* ]] && ! grep -qE '"adds_up": *false' <<<"$out"
}
sheet_ok() { wait_for 30 "the balance sheet of ${AT:-online} to add up" sheet_adds_up; }
no_sessions() { [ "$(stat sessions)" = 0 ]; }
no_connections() { [ -z "$(ss -N "$1" -tanH state connected exclude time-wait 'sport = :80')" ]; }
no_intercepts() { [ "$(ctl test -j show-intercepts | tr -d ' \n')" = '[]' ]; }

# doctor_finds NAMESPACE CHECK [SUBJECT]: doctor has that finding now, says why and what mends it, and ends with 3;
# what mends it is in $MEND
doctor_finds() {
	local rc=0
	ctl "$1" -j doctor >"$T/doctor" 2>"$T/doctor.err" || rc=$?
	MEND=$(python3 -c '
import json, sys
rows = json.load(sys.stdin)
here = [r for r in rows if r["check"] == sys.argv[1] and sys.argv[2] in r["subject"]]
assert len(here) == 1 and all(here[0][k] for k in ("what", "why", "mend")), [(r["check"], r["subject"], r["what"]) for r in rows]
print(here[0]["mend"])' "$2" "${3:-}" <"$T/doctor" 2>"$T/doctor.err") || fail "doctor does not find $2 ${3:-}: $(tail -1 "$T/doctor.err")"
	[ $rc = 3 ] || fail "doctor ends with $rc, not 3"
	note "doctor: $2: $MEND"
}
# doctor_has NAMESPACE CHECK: it does, no matter what else
doctor_has() { { ctl "$1" -j doctor || [ $? = 3 ]; } | grep -q "\"check\":\"$2\""; }
doctor_lacks() { { ctl "$1" -j doctor || [ $? = 3 ]; } >"$T/doctor" && ! grep -q "\"check\":\"$2\"" "$T/doctor"; }
doctor_clean() { ctl "$1" doctor >"$T/doctor" && [ "$(ctl "$1" -j doctor | tr -d '\n')" = '[]' ]; }

# test_host_up [ADD-INTERCEPT OPTION...] on $ON; online_host_up [ADD-TARGET OPTION...] from $AT to $ON
test_host_up() {
	need_tcopy
	grep -q '^tcopy_intercept ' /proc/modules || insmod "$KMOD/tcopy_intercept.ko" || fail "insmod tcopy_intercept.ko"
	relay_start
	ctl "${ON:-test}" add-intercept "${PORT:-80}" "$@" || fail "add-intercept ${PORT:-80}"
}
online_host_up() {
	need_tcopy
	grep -q '^tcopy ' /proc/modules || insmod "$KMOD/tcopy.ko" || fail "insmod tcopy.ko"
	# an emulated CPU is slow: what is to be equal must not be shed for that
	ctl "${AT:-online}" set --cpu "${LAB_CPU:-100}" || fail "set --cpu ${LAB_CPU:-100}"
	ctl "${AT:-online}" add-target "$(hostport "${ON:-test}" "${PORT:-80}")" "$@" ||
		fail "add-target $(hostport "${ON:-test}" "${PORT:-80}")"
}
# tcopy_up [ADD-TARGET OPTION...]: both, and wait until copying; the probe's own requests, if any, are
# not in the access logs (it sends none)
tcopy_up() {
	test_host_up
	online_host_up "$@"
	wait_for 15 "state copying (it is $(target_field state): $(target_field reason))" state_is copying
}
# lab_copying [ONLINE SECONDS] [TEST SECONDS]: everything up, ghosts watched from before the first target
lab_copying() {
	need_tcopy
	lab_up
	nginx_up online "${1:-}"
	nginx_up test "${2:-}"
	ghosts_start
	tcopy_up
}
