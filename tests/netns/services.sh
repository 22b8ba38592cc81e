# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# Real services on the online host and on the test host, each started from the same state, with its
# files in $T/HOST. Sourced behind lib.sh. What asks a server for its state does so over a Unix socket, or
# after copying has ended: over TCP it would be copied as well.

# shellcheck disable=SC2034	# used by the tests
SERVICES=$TOP/tests/netns/services.py

# serve HOST USER COMMAND...: a server in the background, ended by lab_down
serve() {
	local n=$1 user=$2
	shift 2
	# not by ns(): the pid must be the server's own
	ip netns exec "$n" setpriv --reuid "$user" --regid "$user" --clear-groups "$@" >"$T/$n/server.log" 2>&1 &
	LAB_PIDS+=($!)
}

# unpack NAME: what before_NAME.sh made, for both hosts
unpack() {
	local n
	for n in online test; do
		mkdir -p "$T/$n"
		tar -C "$T/$n" --numeric-owner -xf "$TCOPY_OUT/$1.tar" || fail "before_$1.sh left no $1.tar: $(tail -1 "$TCOPY_OUT/before_$1.log")"
	done
}

# service_copying PORT [ADD-TARGET OPTION...]: ghosts are watched, the service at PORT is copied
service_copying() {
	PORT=$1
	shift
	ghosts_start
	tcopy_up "$@"
}

# clients COMMAND...: in the client's namespace; it must succeed
clients() {
	ns client "$@" >"$T/client.log" 2>&1 || { tail -20 "$T/client.log"; fail "the client failed: $(tail -1 "$T/client.log")"; }
	note "$(tail -1 "$T/client.log")"
}

# The counters of the only target, in $T/stats: "NAME VALUE" a line. One call: many take long under emulation.
read_stats() { ctl online -j show-stats | tr ',{}' '\n\n\n' | sed -n 's/^[[:space:]]*"\([a-z_]*\)":[[:space:]]*\([0-9a-z]*\)[[:space:]]*$/\1 \2/p' >"$T/stats"; }
all_over() { read_stats && grep -qx 'sessions 0' "$T/stats" && grep -qx 'adds_up true' "$T/stats"; }

# copied_cleanly CONNECTIONS [COUNTER...]: that many connections were copied, all of them to their ends; no
# counter says that anything went wrong, but those named (the test says why they may); the sheet adds up;
# no ghost. Copying ends.
copied_cleanly() {
	local conns=$1 name value bad=''
	local -A v=()
	shift
	# on the debug kernel an answer may take longer than the gate waits
	[ "$SLOW" = 1 ] || set -- "$@" pace_timeout pace_quiet
	wait_for 60 "the copies to end and the balance sheet to add up" all_over
	note "$(grep -v ' 0$' "$T/stats" | tr '\n' ',')"
	while read -r name value; do v[$name]=$value; done <"$T/stats"
	# every counter there is, from the header that defines them, but those of what is repaired or bounded
	# where a loaded machine has been slow
	while read -r name; do
		case " matched copied not_needed opened closed bytes packets retransmits headers headers_unknown headers_lost orphan_rsts compacted $* " in
		*" $name "*) continue ;;
		esac
		[ "${v[$name]:-missing}" = 0 ] || bad+=" $name=${v[$name]:-missing}"
	done < <(sed -n '/^enum tcopy_a_stat {/,/^}/s/^\tTCOPY_A_STAT_\([A-Z_]*\),$/\L\1/p' "$TOP/include/uapi/linux/tcopy.h" | grep -vx 'unspec\|pad')
	[ -z "$bad" ] || fail "counters that should be 0:$bad"
	[ "${v[opened]}" = "$conns" ] || fail "${v[opened]} connections were copied, not $conns"
	[ "${v[closed]}" = "$conns" ] || fail "only ${v[closed]} of $conns copies ended as their connections did"
	ctl online del-target all || fail "del-target all"
	ghosts_none
}

# same_state SECONDS COMMAND...: COMMAND HOST prints the same for both hosts, before long; and something
same_state() {
	local end=$((SECONDS + $1 * SLOW))
	shift
	"$@" online >"$T/online.state" || fail "no state of the online server: $(tail -1 "$T/online.state")"
	[ -s "$T/online.state" ] || fail "the state of the online server is empty"
	until "$@" test >"$T/test.state" && cmp -s "$T/online.state" "$T/test.state"; do
		if [ $SECONDS -ge $end ]; then
			diff "$T/online.state" "$T/test.state" | head -20 || true
			fail "the servers differ: $(diff "$T/online.state" "$T/test.state" | sed -n 2p)"
		fi
		sleep 0.5
	done
	note "the servers' states are the same: $(head -1 "$T/online.state" | cut -c1-100)"
}

# nginx_conf HOST: an nginx.conf for it, with the servers from stdin; nginx_start HOST
nginx_conf() {
	local d=$T/$1
	mkdir -p "$d/html" "$d/tmp"
	cat >"$d/nginx.conf" <<-CONF
		user root;
		worker_processes 1;
		pid $d/nginx.pid;
		error_log $d/error.log warn;
		events { worker_connections 1024; }
		http {
			log_format tcopy '\$request_uri \$status \$request_method \$remote_addr \$connection \$body_bytes_sent';
			access_log $d/access.log tcopy;
			client_body_temp_path $d/tmp; proxy_temp_path $d/tmp; fastcgi_temp_path $d/tmp;
			uwsgi_temp_path $d/tmp; scgi_temp_path $d/tmp;
			default_type application/octet-stream;
			client_max_body_size 100m;
			root $d/html;
			$(cat)
		}
	CONF
}
nginx_start() { ns "$1" nginx -c "$T/$1/nginx.conf" -e "$T/$1/error.log" || fail "nginx does not start in $1"; }
