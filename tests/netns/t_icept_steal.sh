#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# tcopy_intercept.ko alone: what is stolen and what is not, and that the records tell the whole answer.
# timeout: 300
. "$TCOPY_TOP/tests/netns/lib.sh"
. "$TCOPY_TOP/tests/netns/icept.sh"

lab_up
nginx_up test
nginx_up client
client=$(addr client) here=$(addr test)
icept_load
request() { ns "$1" curl -s -o /dev/null -m "$2" "${@:3}"; }

# no relay: swallowed all the same, and counted lost
# not ghosts_start: the lab's own client speaks to the test host here
capture_start back client "tcp and ether src ${MAC[test]}"
icept add 80
request client 3 "http://$(hostport test 80)/s/1" && fail "an answer reached the client"
icept stats >"$T/stats"
grep -q 'stolen=[1-9]' "$T/stats" || fail "nothing was stolen: $(cat "$T/stats")"
[ "$(sed 's/.*stolen=\([0-9]*\) .*/\1/' "$T/stats")" = "$(sed 's/.*lost=\([0-9]*\) .*/\1/' "$T/stats")" ] || fail "without a relay all is lost: $(cat "$T/stats")"

# BIG TCP (IPv6 alone in 6.1): packets whose length no IP header can say
ns test sysctl -qw net.ipv4.tcp_min_tso_segs=128
[ "$FAMILY" = 4 ] || ip -n test link set eth0 gso_max_size 180000
# with one: the whole answer, in order, 10 MB in GSO packets
relay=$(icept_bind 1)
request client 2 "http://$(hostport test 80)/s/2" && fail "an answer reached the client"
wait_for 5 "the record of a SYN-ACK" grep -q "^$here 80 $client [0-9]* flags=S.* payload=0" "$T/records.1"
kill "$relay"
wait_for 10 "the relay's end" icept_relay_is 0
: >"$T/test/access.log"
for path in s/3 m/4 l/5; do
	icept fetch client "$client" "$here" 80 "/$path" >"$T/fetch" || fail "fetch /$path: $(cat "$T/fetch")"
	note "/$path $(cat "$T/fetch")"
	grep -q 'fins=1 acked=1' "$T/fetch" || fail "/$path: $(cat "$T/fetch")"
done
[ "$(sed 's/.*bytes=\([0-9]*\) .*/\1/' "$T/fetch")" -gt 10485760 ] || fail "not the whole answer: $(cat "$T/fetch")"
[ "$(sed 's/.*largest=\([0-9]*\) .*/\1/' "$T/fetch")" -gt $([ "$FAMILY" = 4 ] && echo 8000 || echo 65535) ] || fail "no GSO packet: $(cat "$T/fetch")"
logged() { [ "$(log_lines test)" = 3 ]; }
wait_for 10 "the test server to log" logged
[ "$(cut -d' ' -f1,2 "$T/test/access.log" | tr '\n' ' ')" = "/s/3 200 /m/4 200 /l/5 200 " ] || fail "$(cat "$T/test/access.log")"
[ "$(icept_stat malformed)" = 0 ] || fail "$(icept stats)"

# not stolen: to this host itself, and connections that this host opened
capture_end back
n=$(tcpdump -nr "$T/back.pcap" 2>/dev/null | wc -l)
[ "$n" = 0 ] || fail "$n packets came back, first $(tcpdump -nr "$T/back.pcap" 2>/dev/null | head -1)"
own=$(icept_stat own)
request test 5 "http://$(hostport test 80)/s/6" || fail "this host does not reach itself"
stat_above own "$own" || fail "not counted: $(icept stats)"
icept add 81
stolen=$(icept_field stolen)
request test 10 --local-port 81 "http://$(hostport client 80)/m/7" || fail "a connection of this host's own was stolen"
[ "$(icept_field stolen | cut -d' ' -f2)" = "${stolen#* }" ] || fail "$(icept get)"

# pass prefixes: exactly those
wide=$([ "$FAMILY" = 4 ] && echo 10.1.0.8/29 || echo fd01::10/124)
other=$([ "$FAMILY" = 4 ] && echo 10.1.0.16/28 || echo fd01::20/123)
icept del 80 force , add 80 "$other" "$wide"
request client 5 "http://$(hostport test 80)/s/8" || fail "an answer to a pass prefix was stolen"
stat_above passed 0 || fail "not counted: $(icept stats)"
icept del 80 force , add 80 "$other" 0.0.0.0/32 ::/128
request client 2 "http://$(hostport test 80)/s/9" && fail "an answer to no pass prefix was let through"
icept del 80 force , add 80 "$([ "$FAMILY" = 4 ] && echo 0.0.0.0/0 || echo ::/0)"
request client 5 "http://$(hostport test 80)/s/10" || fail "a prefix of length 0 passes nobody"

# an intercept that has gone is unhooked
icept del all force
hooks_are 0
request client 5 "http://$(hostport test 80)/s/11" || fail "not unhooked"
