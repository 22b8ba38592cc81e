#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# doctor: each thing that it looks at is broken once, found, with why and what mends it, mended, and found no more.
# What needs traffic of a special kind is in the tests of that: limits, cpu_share, corrupt, fragment.
# kernel: 6.12
# families: 4
# timeout: 480
. "$TCOPY_TOP/tests/netns/lib.sh"

is_clean() { wait_for "${2:-20}" "doctor to find nothing on the $1 host ($(ctl "$1" doctor | grep FOUND | head -3 | tr '\n' ';'))" doctor_clean "$1"; }
gone() { wait_for 10 "doctor to find no $2 on the $1 host" doctor_lacks "$1" "$2"; }
soon() { wait_for 20 "doctor to find $2 on the $1 host" doctor_has "$1" "$2"; }
copying() { wait_for 20 "state copying ($(target_field state): $(target_field reason))" state_is copying; }
fresh() { ctl online reset-stats || fail "reset-stats"; }
counted() { [ "$(stat "$1")" -gt 0 ]; }
drop() { ns "$1" nft add rule inet t "${@:2}" || fail "nft: ${*:2}"; }
undrop() { ns "$1" nft flush ruleset; rules "$1"; }
rules() {
	ns "$1" nft add table inet t
	ns "$1" nft add chain inet t in '{ type filter hook input priority 0; }'
	ns "$1" nft add chain inet t out '{ type filter hook output priority 0; }'
}

need_tcopy
lab_up
nginx_up online
nginx_up test
doctor_finds online module
insmod "$KMOD/tcopy.ko" || fail "insmod tcopy.ko"
insmod "$KMOD/tcopy_intercept.ko" || fail "insmod tcopy_intercept.ko"
doctor_finds online nothing
rules online
rules test
two_clients
ip -n test route add default via "$(addr online)"
tcopy_up --name web
get 1 20 4 /s/
is_clean online
is_clean test
ctl online doctor >"$T/doctor" || fail "doctor"
note "$(cat "$T/doctor")"
grep -Eq '^target 1 web: relay .* spoke [0-9]+ ms ago$' "$T/doctor" && grep -Eq '^target 1 web: a probe.s round trip was [1-9][0-9]* us$' "$T/doctor" || fail "the return channel is not told"
grep -q "^target 1 web: to $(addr test) by eth0, MTU 1500" "$T/doctor" || fail "the route is not told"
tail -1 "$T/doctor" | grep -Eq '^[1-9][0-9]+ questions, 0 findings$' || fail "it asked $(tail -1 "$T/doctor")"

# another version of the tool, made by before_doctor.sh
[ -x "$TCOPY_OUT/doctor/tcopyctl" ] || fail "before_doctor.sh has made no tool: $(tail -1 "$TCOPY_OUT/before_doctor.log")"
CTL=$TCOPY_OUT/doctor/tcopyctl doctor_finds online version "online host"
CTL=$TCOPY_OUT/doctor/tcopyctl doctor_finds online version "test host"

note "--- test host"
ctl test add-intercept 8099 --force || fail "add-intercept 8099"
doctor_finds test service "port 8099"
ctl test del-intercept 8099 --force || fail "del-intercept 8099"
ctl test add-intercept 8098 --pass 0.0.0.0/0 --force || fail "add-intercept 8098"
doctor_finds test pass-all "port 8098"
ctl test del-intercept 8098 --force || fail "del-intercept 8098"
ctl test add-intercept 8097 --addr "$(addr client)" || fail "add-intercept 8097"
is_clean test
ctl test del-intercept 8097 2>/dev/null || fail "del-intercept 8097"
doctor_finds test draining "port 8097"
ctl test del-intercept 8097 --force || fail "del-intercept 8097 --force"
is_clean test
ip -n test route del default
doctor_finds test way-back
ip -n test route add default via "$(addr online)"
is_clean test
ns test sysctl -qw net.ipv4.conf.all.rp_filter=1
is_clean test	# the way back is by the same device
ip -n test link add v0 type veth peer name v1
is_clean test	# nothing comes in by what is down
ip -n test link set v0 up
ip -n test link set v1 up
ip -n test route replace default dev v0
doctor_finds test rp-filter "device eth0"
# what mends it is a command
ns test bash -c "$MEND" >/dev/null || fail "'$MEND' fails"
gone test rp-filter
ip -n test link del v0
ip -n test route add default via "$(addr online)"
is_clean test
drop test in ct state new accept
max=$(sysctl -n net.netfilter.nf_conntrack_max)
get 21 22 1 /s/
sysctl -qw net.netfilter.nf_conntrack_max=1
doctor_finds test conntrack
sysctl -qw net.netfilter.nf_conntrack_max="$max"
undrop test
is_clean test

note "--- online host"
copying
fresh
is_clean online
ctl online add-target "$(hostport test 81)" --from 8095 --direct >/dev/null || fail "add-target"
doctor_finds online online-service "target 2"
soon online refused
ctl online del-target 2
ns online sysctl -qw net.ipv4.ip_forward=0
ctl online add-target "$(hostport test 82)" --hook forward --from "$(hostport client 82)" >/dev/null || fail "add-target"
doctor_finds online forwarding "target 3"
ns online bash -c "$MEND" >/dev/null || fail "'$MEND' fails"
gone online forwarding
ctl online del-target 3
ip -n online route add 203.0.113.0/24 via "$(addr test)"
ctl online add-target 203.0.113.5:80 --from 8096 --direct >/dev/null || fail "add-target"
doctor_lacks online route || fail "a route that there is is not found"
ip -n online route del 203.0.113.0/24 via "$(addr test)"
doctor_finds online route "target 4"
ctl online del-target 4
ip -n net link set online down
doctor_finds online link "target 1"
ip -n net link set online up
gone online link
copying
is_clean online
ctl online pause-target web || fail "pause-target"
doctor_finds online paused "target 1"
PATH=$(dirname "$CTL"):$PATH ns online bash -c "$MEND" || fail "'$MEND' fails"
copying
ctl test del-intercept 80 || fail "del-intercept"
soon online refused
doctor_finds online refused "target 1"
[[ $MEND == *"add-intercept 80'"* ]] || fail "it says $MEND"
ctl test add-intercept 80 --pass 10.1.0.11/32 || fail "add-intercept"
copying

note "--- counters"
fresh
is_clean online
get 1 10 1 /s/passed- "${B[@]}"
doctor_finds online passed
fresh
ctl online set-target web --max-sessions 1 || fail "set-target"
get 1 40 8 /s/limit- -H 'Connection: close'
doctor_finds online session-limit
ctl online set-target web --max-sessions 1000 || fail "set-target"
fresh
is_clean online
drop online out tcp dport 80 ip saddr "$(addr client)" ip daddr "$(addr test)" drop
get 1 4 1 /s/unsent- -H 'Connection: close'
wait_for 10 "copies that do not leave" counted send_failed
doctor_finds online send-failed
undrop online
wait_for 40 "the copies' end" no_sessions
copying
fresh
drop online in udp sport 36524 numgen inc mod 4 0 drop
get 1 100 4 /s/lost- -H 'Connection: close'
doctor_finds online headers-lost
undrop online
copying
wait_for 40 "the copies' end" no_sessions
fresh
drop test in tcp dport 80 ip saddr "$(addr client)" drop
# a pause lasts a second at first, and longer each time
for i in {1..6}; do
	get 1 20 8 "/s/dropped$i-" -H 'Connection: close'
	for j in {1..10}; do ! doctor_has online unanswered || break 2; sleep 0.2; done
done
[ "$i$j" != 610 ] || fail "doctor does not find unanswered: $(ctl online doctor | grep -A1 FOUND)"
wait_for 40 "copies without an answer" counted end_no_synack
doctor_finds online no-synack
undrop test
copying
wait_for 40 "the copies' end" no_sessions
fresh
drop test in tcp dport 80 ip saddr "$(addr client)" reject with tcp reset
get 1 20 4 /s/refused- -H 'Connection: close'
wait_for 20 "copies that are refused" counted end_refused
doctor_finds online refusals
undrop test
copying
fresh
is_clean online

note "--- the relay"
relay_end KILL
doctor_finds test relay
soon online connecting
doctor_finds online connecting "target 1"
# nobody is told of this answer
ns client curl -s -m 2 -o /dev/null "http://$(hostport test 80)/s/0" && fail "an answer was not stolen"
relay_start
gone test relay
doctor_finds test records-lost
