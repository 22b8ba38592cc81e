#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What the test host says of a copy that reaches no service is stolen too: resets, REJECT rules, and
# ICMP errors; what has nothing to do with a copy is not.
. "$TCOPY_TOP/tests/netns/lib.sh"
. "$TCOPY_TOP/tests/netns/icept.sh"

lab_up
icept_load
capture_start back client "ether src ${MAC[test]} and (tcp or icmp or (ip6 and ip6[6] = 58 and ip6[40] < 128))"
nothing_back() {
	capture_end back
	tcpdump -nr "$T/back.pcap" 2>/dev/null >"$T/back.txt"
	[ ! -s "$T/back.txt" ] || fail "$(wc -l <"$T/back.txt") packets came back, first $(head -1 "$T/back.txt")"
}
icept add 80
icept_bind 1 >/dev/null
try() { ns client curl -s -o /dev/null --connect-timeout 2 "http://$(hostport test "$1")/" && fail "answered"; true; }

# nobody listens
try 80
wait_for 5 "the record of a reset" grep -q "^$(addr test) 80 .*flags=R" "$T/records.1"

# REJECT by each means
ns test nft add table inet t
ns test nft add chain inet t in '{ type filter hook input priority 0; }'
ns test nft add rule inet t in tcp dport 80 reject with tcp reset
: >"$T/records.1"
try 80
wait_for 5 "the record of a REJECT's reset" grep -q "^$(addr test) 80 .*flags=R" "$T/records.1"
stat_is errors 0 || fail "$(icept stats)"
for with in port-unreachable admin-prohibited; do
	errors=$(icept_stat errors)
	ns test nft flush chain inet t in
	ns test nft add rule inet t in tcp dport 80 reject with icmpx type $with
	try 80
	stat_above errors "$errors" || fail "$with was not stolen: $(icept stats)"
done
icept_field errors | grep -qx "$(icept_stat errors)" || fail "$(icept get)"
nothing_back

# an error about another port, a ping, and UDP to the intercepted port's number
stolen=$(icept_stat stolen) errors=$(icept_stat errors)
ns test nft flush chain inet t in
ns test nft add rule inet t in tcp dport 82 reject with icmpx type port-unreachable
capture_start back client "ether src ${MAC[test]} and (icmp or icmp6)"
try 82
ns client busybox ping "-$FAMILY" -c 1 -W 5 "$(addr test)" >/dev/null || fail "a ping's answer was stolen"
ns client timeout 5 bash -c "echo x >/dev/udp/$(addr test)/80"
capture_end back
n=$(tcpdump -nr "$T/back.pcap" 2>/dev/null | grep -ciE 'unreachable' || true)
[ "$n" -ge 2 ] || fail "$n errors came back, not 2 or more"
[ "$(icept_stat stolen) $(icept_stat errors)" = "$stolen $errors" ] || fail "$(icept stats)"
