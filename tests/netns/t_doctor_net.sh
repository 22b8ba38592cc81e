#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# doctor about what the network stack does to copies in front of our hooks: rules of nftables, each of which is held
# against what really passes; XDP programs; a path's MTU.
# when: all
# timeout: 480
. "$TCOPY_TOP/tests/netns/lib.sh"

v() { if [ "$FAMILY" = 4 ]; then echo "$1"; else echo "$2"; fi; }	# for IPv4, for IPv6
gone() { wait_for 10 "doctor to find no $2 on the $1 host" doctor_lacks "$1" "$2"; }
# rules HOST TEXT: these and no others
rules() { ns "$1" nft -f - <<<"flush ruleset; $2" || fail "nft: $2"; }
stolen() { ctl test -j show-intercepts | tr ',' '\n' | sed -n 's/.*"stolen": *//p' | head -1; }
# knocking: a process of the client's that sends a SYN for each line that it is told
knock_start() {
	coproc KNOCK { exec ip netns exec client /usr/bin/python3 -uc '
import socket, sys
for line in sys.stdin:
    s = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET)
    s.setblocking(False)
    s.connect_ex((sys.argv[1], 80))
    print("sent")
    s.close()' "$(addr test)"; }
	LAB_PIDS+=("$KNOCK_PID")
}
# does a packet of a client's, and its answer, pass?
passes() {
	local before i
	before=$(stolen)
	echo >&"${KNOCK[1]}"
	read -r <&"${KNOCK[0]}" || fail "nobody knocks"
	for i in 1 2 3; do [ "$(stolen)" = "$before" ] || return 0; done
	return 1
}
# On the test host. dropped CHECK RULES: found, nothing passes, and what mends it lets it pass. allowed RULES: not found
dropped() {
	rules test "$2"
	! doctor_lacks test "$1" || fail "$1 is not found: $2"
	MEND=$(sed -n "s/.*\"check\":\"$1\".*\"mend\":\"\([^\"]*\)\".*/\1/p" "$T/doctor")
	! passes || fail "found $1, but packets pass: $2"
	ns test bash -c "$MEND" || fail "'$MEND' fails"
	doctor_lacks test "$1" || fail "$1 is found behind '$MEND': $2"
	passes || fail "behind '$MEND' nothing passes: $2"
	note "$1: $2: $MEND"
}
allowed() {
	rules test "$1"
	doctor_lacks test 'firewall-[a-z]*' || fail "found: $1"
	passes || fail "nothing passes, this shows nothing: $1"
	note "nothing: $1"
}
input() { echo "table inet t { ${2:-} chain in { type filter hook input priority 0; policy drop; $1; }; }"; }

need_tcopy
lab_up
nginx_up online
nginx_up test
for h in online test; do
	for FAMILY in 4 6; do ip -n $h -$FAMILY route add default via "$(addr client)"; done
	FAMILY=$1
done
# neighbours are found by ICMPv6, which a policy drops as well
for h in "${HOSTS[@]}"; do
	for n in "${HOSTS[@]}"; do [ $h = $n ] || ip -n $h neigh replace "$(addr $n)" lladdr "${MAC[$n]}" dev eth0 nud permanent; done
done
tcopy_up --name web
doctor_clean test || fail "doctor finds $(ctl test doctor | grep -A2 FOUND)"
doctor_clean online || fail "doctor finds $(ctl online doctor | grep -A2 FOUND)"

note "--- test host"
# an answer is sent once: what is stolen came just now
ns test sysctl -qw net.ipv4.tcp_synack_retries=0
knock_start
passes || fail "nothing passes"
rules test "$(input 'tcp dport 22 accept')"
[ -e /sys/module/nf_tables ] || grep -qs /nf_tables.ko "/lib/modules/$(uname -r)/modules.builtin" ||
	skip "nf_tables is built into this kernel, and no file says so: doctor does not look"
doctor_finds test firewall-in "port 80"
dropped firewall-in "$(input 'ct state established,related accept; iif lo accept; tcp dport 22 accept')"
dropped firewall-in "$(input 'iifname "lo" accept; tcp dport { 22, 443 } accept')"
dropped firewall-in "$(input 'tcp dport @s accept' 'set s { type inet_service; flags interval; elements = { 1-79, 81-65535 }; };')"
dropped firewall-in "$(input 'ct state vmap { established : accept, new : jump c }; accept' 'chain c { tcp dport 22 return; tcp dport 70-90 reject; };')"
dropped firewall-in "$(input 'iifname != "lo" goto c; accept' 'chain c { tcp dport 22 accept; udp dport 36524 accept; };')"
dropped firewall-in "$(input 'meta l4proto tcp tcp flags & (syn | ack) == syn tcp dport < 1024 counter drop; accept')"
dropped firewall-in 'table inet t { chain raw { type filter hook prerouting priority raw; tcp dport 80 limit rate 1/second counter; tcp dport 80 counter drop; }; }'
dropped firewall-answers 'table inet t { chain out { type filter hook output priority 0; policy drop; ct state new accept; tcp sport 22 accept; udp sport 36524 accept; }; }'
dropped firewall-answers 'table inet t { chain post { type filter hook postrouting priority 300; tcp sport 80 drop; }; }'

allowed "$(input 'tcp dport 80 accept')"
allowed "$(input 'ct state invalid drop; ct state new accept; ct state established accept')"
allowed "$(input "$(v 'ip saddr 10.1.0.0/24' 'ip6 saddr fd01::/64') accept; tcp dport 22 accept")"
allowed "$(input "tcp dport 80 $(v 'ip saddr 203.0.113.0/24' 'ip6 saddr 2001:db8::/32') drop; accept")"
allowed "$(input 'tcp dport { 22, 80 } accept')"
allowed "$(input 'tcp dport @s accept' 'set s { type inet_service; flags interval; elements = { 79, 80-90 }; };')"
allowed "$(input 'tcp dport != @s accept' 'set s { type inet_service; flags interval; elements = { 70-79, 81-90 }; };')"
allowed "$(input "$(v ip ip6) saddr . tcp dport { $(addr client) . 80 } accept")"
allowed "$(input 'tcp dport @s accept' 'set s { type inet_service; flags timeout; elements = { 80 timeout 1h }; };')"
allowed "$(input 'tcp dport vmap { 22 : drop, 80 : accept }')"
allowed "$(input 'jump c; accept' 'chain c { tcp dport 22 drop; tcp dport 80 return; drop; };')"
allowed "$(input 'tcp dport 80 limit rate 1000/second accept')"
allowed "$(input 'fib daddr type local accept')"
allowed "table inet t { chain raw { type filter hook prerouting priority raw; tcp dport 80 notrack; }; chain in { type filter hook input priority 0; policy drop; ct state untracked accept; }; }"
allowed "table inet t { chain pre { type nat hook prerouting priority dstnat; tcp dport 80 redirect to :81; }; chain in { type filter hook input priority 0; tcp dport 80 drop; }; }"
allowed "table $(v ip6 ip) t { chain in { type filter hook input priority 0; policy drop; }; }"
allowed "table inet t { flags dormant; chain in { type filter hook input priority 0; policy drop; }; }"
allowed "table inet t { chain f { type filter hook forward priority 0; policy drop; }; chain c { drop; }; }"
allowed "table inet t { chain out { type filter hook output priority 0; policy drop; ct state established accept; }; }"
# by one protocol they do come
if [ "$FAMILY" = 4 ]; then
	rules test 'table ip t { chain in { type filter hook input priority 0; tcp dport 80 drop; }; }'
	doctor_lacks test firewall-in || fail "found, though IPv6 passes"
	for a in $(ip -n test -6 -o addr show scope global | awk '{ print $4 }'); do ip -n test addr del "$a" dev eth0; done
	doctor_finds test firewall-in "port 80"
fi
rules test ''
doctor_clean test || fail "doctor finds $(ctl test doctor | grep -A2 FOUND)"

note "--- online host"
wait_for 20 "state copying" state_is copying
# copies are no connection's: to a firewall of connections they are nothing it has heard of
rules online 'table inet t { chain out { type filter hook output priority 0; policy drop; ct state established,related,new accept; }; }'
doctor_finds online firewall-out "target 1 web"
get 1 2 1 /s/unsent- -H 'Connection: close'
[ "$(stat send_failed)" -gt 0 ] || fail "found, but copies leave"
ns online bash -c "$MEND" || fail "'$MEND' fails"
gone online firewall-out
ctl online reset-stats || fail "reset-stats"
wait_for 40 "the copies' end" no_sessions
wait_for 20 "state copying" state_is copying
get 1 20 2 /s/sent- -H 'Connection: close'
[ "$(stat send_failed)" = 0 ] || fail "gone, but copies do not leave"
rules online "table inet t { chain out { type filter hook output priority 0; policy drop; oifname eth1 accept; $(v 'ip daddr 10.9.0.0/16' 'ip6 daddr fd09::/64') accept; udp dport 36524 accept; oif lo accept; }; }"
doctor_finds online firewall-out "target 1 web"
for r in 'ct state invalid drop' 'meta skuid 0 accept; drop' "$(v 'ip saddr 203.0.113.0/24' 'ip6 saddr 2001:db8::/32') drop" "$(v ip ip6) daddr $(addr test) tcp dport 81 drop" 'oifname "eth0" accept; drop'; do
	rules online "table inet t { chain out { type filter hook output priority 0; $r; }; }"
	doctor_lacks online firewall-out || fail "found: $r"
done
rules online ''

# a path that takes less than its device is told, and is nothing wrong: copies are cut to it
told() { ctl online doctor >"$T/doctor" || true; grep -q "^target 1 web: to $(addr test) by eth0, $1\$" "$T/doctor"; }
told 'MTU 1500' || fail "not told: MTU 1500"
ip -n online -"$FAMILY" route add "$(addr test)/$(v 32 128)" dev eth0 mtu 1300 || fail "ip route"
told "MTU 1300 of the device's 1500" || fail "not told: MTU 1300: $(grep MTU "$T/doctor")"
ip -n online -"$FAMILY" route del "$(addr test)/$(v 32 128)" || fail "ip route"

note "--- what bypasses --hook forward"
xdp() { ip -n online link set dev eth0 "$@" || fail "ip link set $*"; }
[ -e "$TCOPY_OUT/xdp_pass.o" ] || fail "before_doctor_net.sh has made no program: $(tail -1 "$TCOPY_OUT/before_doctor_net.log")"
ns online sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
xdp xdpgeneric obj "$TCOPY_OUT/xdp_pass.o" sec xdp
doctor_lacks online xdp || fail "xdp is found, where the service itself would get nothing"
ctl online add-target "$(hostport test 82)" --hook forward --from "$(hostport client 82)" --name gate >/dev/null || fail "add-target"
doctor_finds online xdp "target 2 gate"
mend=$(sed -n "s/.*'\(ip link [^']*\)'.*/\1/p" <<<"$MEND")
ip netns exec online bash -c "$mend" || fail "'$mend' fails"
doctor_lacks online xdp || fail "xdp is found behind '$mend'"
