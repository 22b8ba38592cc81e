#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# doctor about what it cannot read: rules of legacy iptables, of tc, of eBPF and of nftables' bridges are told where all is
# well, and found where copies are not answered; payload that an eBPF program moves past TCP; martians.
# kernel: 6.12
# timeout: 240
. "$TCOPY_TOP/tests/netns/lib.sh"

v() { if [ "$FAMILY" = 4 ]; then echo "$1"; else echo "$2"; fi; }	# for IPv4, for IPv6
gone() { wait_for 20 "doctor to find no $2 on the $1 host" doctor_lacks "$1" "$2"; }
is_clean() { wait_for 40 "doctor to find nothing on the $1 host ($(ctl "$1" doctor | grep -A1 FOUND | tr '\n' ';'))" doctor_clean "$1"; }
# told HOST TEXT: a line says so, which may be several of 80 columns
told() {
	ctl "$1" doctor >"$T/doctor" || true
	sed -e ':a;N;$!ba' -e 's/\n  */ /g' "$T/doctor" >"$T/lines"
	grep -Eq "$2\$" "$T/lines"
}
no_copies() { get 1 4 2 "/s/none$((++round))-" -H 'Connection: close'; }
counted() { [ "$(stat "$1")" -gt 0 ]; }
fresh() {
	wait_for 60 "the copies' end" no_sessions
	wait_for 20 "state copying" state_is copying
	ctl online reset-stats || fail "reset-stats"
}
# what shows the rules are commands
shows() {
	local cmd
	while read -r cmd; do
		ns "$1" bash -c "$cmd" >"$T/shows" || fail "'$cmd' fails"
		[ -s "$T/shows" ] || fail "'$cmd' shows nothing"
	done < <(grep -o "'[^']*'" <<<"$MEND" | tr -d "'")
}
# program ARGUMENT...: of bpf.py, until program_end
program() {
	coproc PROGRAM { exec /usr/bin/python3 "$TCOPY_TOP/tests/netns/bpf.py" "$@" 2>&1; }
	LAB_PIDS+=("$PROGRAM_PID")
	read -r line <&"${PROGRAM[0]}" || line=nothing
	[ "$line" = there ] || fail "bpf.py $1: $line $(head -c 2000 <&"${PROGRAM[0]}")"
}
program_end() {
	local pid=$PROGRAM_PID fd=${PROGRAM[1]}
	exec {fd}>&-
	wait "$pid" || true
}

# these have neither legacy iptables nor sockmaps
[ "$SLOW" = 1 ] || skip "a kernel with checkers"
need_tcopy
round=0
lab_up
nginx_up online
nginx_up test
for h in online test; do
	for FAMILY in 4 6; do ip -n $h -"$FAMILY" route add default via "$(addr client)"; done
	FAMILY=$1
done
tcopy_up --name web
get 1 20 4 /s/
is_clean online
is_clean test

note "--- online host"
iptables=$(v iptables ip6tables)
for cmd in "$iptables-legacy -A OUTPUT -p tcp -d $(addr test) --dport 80" "$iptables-legacy -t mangle -A POSTROUTING -p udp --dport 99 -j RETURN" \
	"tc qdisc add dev eth0 clsact" 'nft add table bridge b; add chain bridge b f { type filter hook forward priority 0; }'; do
	ns online $cmd || fail "$cmd"
done
told online "target 1 web: rules that were not read: legacy $iptables \((mangle and filter|filter and mangle)\), nftables \(table bridge b\)" || fail "not told: $(grep read "$T/lines")"
is_clean online
ns online $iptables-legacy -t mangle -F
ns online $iptables-legacy -A OUTPUT -p tcp -d "$(addr test)" --dport 80 -j DROP || fail "iptables-legacy"
no_copies
wait_for 20 "copies that do not leave" counted send_failed
doctor_finds online unread "target 1 web"
shows online
[[ $MEND == *"'$iptables-legacy-save -c'"* && $MEND == *"'nft list table bridge b'" ]] || fail "what shows them is '$MEND'"
ns online $iptables-legacy -F
ns online nft flush ruleset
gone online unread
fresh
is_clean online
ns online tc filter add dev eth0 egress protocol "$(v ip ipv6)" flower ip_proto tcp dst_ip "$(addr test)" dst_port 80 action drop || fail "tc filter"
told online "not read: filters of tc \(egress of eth0\)" || fail "not told: $(cat "$T/lines")"
no_copies
wait_for 40 "doctor to find the filter" doctor_has online unread
doctor_finds online unread "target 1 web"
shows online
ns online tc qdisc del dev eth0 clsact
gone online unread
fresh
is_clean online
# Linux 6.6
if [ "$(uname -r | cut -d. -f1-2)" != 6.1 ]; then
	program tcx online eth0
	told online "not read: eBPF programs of tcx \(egress of eth0\)" || fail "not told: $(cat "$T/lines")"
	program_end
	! told online 'not read: .*' || fail "told, and nothing is there"
fi

note "--- payload past TCP"
ctl online add-target "$(hostport test 80)" --from 8080 --name moved >/dev/null || fail "add-target"
TARGET=moved wait_for 20 "state copying" state_is copying
program sockmap online client "$(addr online)" 8080
wait_for 20 "doctor to find the sockmap" doctor_has online sockmap
doctor_finds online sockmap "target 2 moved"
told online 'target 1 web: there is the eBPF program [0-9]+ past_tcp \(sk_msg\)' || fail "the other target: $(grep past_tcp "$T/lines")"
ctl online del-target moved
program_end
is_clean online

note "--- test host"
ns test tc qdisc add dev eth0 clsact
ns test tc filter add dev eth0 ingress protocol "$(v ip ipv6)" flower ip_proto tcp dst_port 80 action drop || fail "tc filter"
told test "test host: rules that were not read: filters of tc \(ingress of eth0\)" || fail "not told: $(cat "$T/lines")"
is_clean test
ctl test del-intercept 80 --force || fail "del-intercept"
ctl test add-intercept 80 || fail "add-intercept"
doctor_finds test unread "test host"
shows test
ns test tc qdisc del dev eth0 clsact
gone test unread
fresh
is_clean test
[ "$FAMILY" = 4 ] || exit 0
# no packet comes from oneself
ip -n test addr add "$(addr client)/32" dev lo
martians_found() {
	no_copies
	doctor_has test martians
}
wait_for 60 "doctor to find martians" martians_found
ip -n test addr del "$(addr client)/32" dev lo
gone test martians
told test 'test host: [1-9][0-9]* packets with impossible sources .martians. were dropped, none just now' || fail "old martians are not told: $(cat "$T/lines")"
