# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# For the tests of tcopy_intercept.ko alone (t_icept_*.sh), behind lib.sh: icept.py in namespace $NS (test).
ICEPT=$TOP/tests/netns/icept.py

icept() { ns "${NS:-test}" /usr/bin/python3 "$ICEPT" "$@"; }
icept_load() { insmod "$KMOD/tcopy_intercept.ko" || fail "insmod tcopy_intercept.ko"; }

# icept_stat NAME: a counter of the namespace; icept_field NAME: of each intercept, in one line
icept_stat() { icept stats | tr ' ' '\n' | sed -n "s/^$1=//p"; }
icept_field() { icept get | tr ' ' '\n' | sed -n "s/^$1=//p" | tr '\n' ' ' | sed 's/ $//'; }
icept_relay_is() { [ "$(icept_stat relay)" = "$1" ]; }
stat_is() { [ "$(icept_stat "$1")" = "$2" ]; }
stat_above() { [ "$(icept_stat "$1")" -gt "$2" ]; }
module_is_free() { grep -q '^tcopy_intercept [0-9]* 0 ' /proc/modules; }

# refused ERRNO WORDS COMMAND...: the kernel says so
refused() {
	local number=$1 words=$2 out
	shift 2
	out=$(icept "$@") && fail "$* was not refused"
	[[ $out == "$number: "*"$words"* ]] || fail "$*: $out, not $number: ...$words..."
}

# icept_bind N: a relay in the background, whose records go to $T/records.N; prints its pid
icept_bind() {
	ip netns exec "${NS:-test}" /usr/bin/python3 "$ICEPT" bind >"$T/records.$1" 2>&1 &
	local pid=$!
	echo "$pid" >>"$T/relays"
	wait_for 20 "a relay to be bound" grep -q '^bound' "$T/records.$1"
	echo "$pid"
}

# hooks_are N: so many hooks of ours are registered in the test host's namespace. Debian's 6.1 has no
# nfnetlink_hook and cannot list them.
hooks_are() {
	local n
	grep -q '^CONFIG_NETFILTER_NETLINK_HOOK=[ym]' "/boot/config-$(uname -r)" 2>/dev/null || return 0
	ns test nft list hooks >"$T/hooks" || fail "nft list hooks"
	n=$(grep -c 'icept_respond_hook' "$T/hooks" || true)
	[ "$n" = "$1" ] || fail "$n hooks are registered, not $1"
}

# The lab goes down by the tool; these tests do without it.
eval "$(declare -f lab_down | sed '1s/lab_down/lab_down_rest/')"
lab_down() {
	local p n bad=0
	if [ -e "$T/relays" ]; then
		while read -r p; do kill "$p" 2>/dev/null; done <"$T/relays"
	fi
	if grep -q '^tcopy_intercept ' /proc/modules; then icept del all force >/dev/null 2>&1; fi
	for n in "${MORE[@]}"; do
		for p in $(ip netns pids "$n" 2>/dev/null); do kill "$p" 2>/dev/null; done
	done
	lab_down_rest || bad=1
	for n in "${MORE[@]}"; do ip netns del "$n" || bad=1; done
	return $bad
}

# more NAME: one more host on the lab's segment; its addresses are in IP4 and IP6
MORE=()
more() {
	ip netns add "$1"
	MORE+=("$1")
	ip -n "$1" link set lo up
	ip link add eth0 netns "$1" type veth peer name "$1" netns net
	ip -n net link set "$1" master br0 up
	ip -n "$1" addr add "${IP4[$1]}/24" dev eth0
	ip -n "$1" addr add "${IP6[$1]}/64" dev eth0 nodad
	ip -n "$1" link set eth0 up
}

# hold NAME NAMESPACE SRC DST PORT N [SPORT [DEVICE]]: so many connections that have made a request each and
# stay open; held NAME WHY: each can make one more, or the test fails by WHY
hold() {
	local name=$1 n=$2
	shift 2
	rm -f "$T/hold.$name"; mkfifo "$T/hold.$name"
	ip netns exec "$n" /usr/bin/python3 "$TOP/tests/netns/hold.py" "$@" <>"$T/hold.$name" >"$T/held.$name" 2>&1 &
	LAB_PIDS+=($!)
	wait_for 30 "connections to be held ($name: $(cat "$T/held.$name" 2>/dev/null))" grep -q '^held' "$T/held.$name"
}
held() {	# NAME WHY
	local n
	n=$(grep -c '^alive' "$T/held.$1" || true)
	held_more() { [ "$(grep -c '^alive' "$T/held.$1")" -gt "$2" ]; }
	echo again >"$T/hold.$1"
	wait_for 60 "the held connections' answers ($1; $2)" held_more "$1" "$n"
	tail -1 "$T/held.$1" | grep -q ' dead 0$' || fail "$2 ($1: $(tail -1 "$T/held.$1"))"
}
# connections NAMESPACE PORT [STATE]: how many
connections() { ss -N "$1" -tanH state "${3:-established}" "sport = :$2" | wc -l; }
connections_are() { [ "$(connections "$1" "$2")" = "$3" ]; }
