#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The way to the test host carries 1,280 bytes: copies are cut to it, and no datagram of the return
# channel needs a fragment.
. "$TCOPY_TOP/tests/netns/lib.sh"

need_tcopy
lab_up
nginx_up online
nginx_up test
ip -n net link set test mtu 1280
ip -n test link set eth0 mtu 1280
ghosts_start
capture_start path test "udp port 36524 or (ip and ip[6:2] & 0x3fff != 0) or (ip6 and ip6[6] = 44)" -s 128
tcopy_up

get 1 400 32 /s/
get 1 100 16 /m/
put 1048576 4 4 1m
# What the relay finds when it has been held up goes in full datagrams.
kill -STOP "$RELAY_PID"
get 401 440 8 /s/ -H 'Connection: close'
kill -CONT "$RELAY_PID"
same_logs 544 60
same_uploads 4
capture_end path
tcpdump -nr "$T/path.pcap" "(ip and ip[6:2] & 0x3fff != 0) or (ip6 and ip6[6] = 44)" >"$T/frags" 2>/dev/null
[ ! -s "$T/frags" ] || fail "fragments on the way: $(head -1 "$T/frags")"
# full ones, or this test would prove nothing (a filter cannot look into UDP over IPv6)
tcpdump -nr "$T/path.pcap" "src port 36524" 2>/dev/null | sed -n 's/.*length //p' | sort -n >"$T/lengths"
n=$(awk '$1 >= 1142' "$T/lengths" | wc -l)
note "$n datagrams of 1,142 bytes and more, the largest $(tail -1 "$T/lengths")"
[ "$n" -gt 0 ] || fail "no datagram was full"
for h in online test; do
	ns $h nstat -asz Ip\* Ip6\* | awk '$1 ~ /Frag/ && $2 > 0 { bad = 1; print } END { exit bad }' >"$T/frags" ||
		fail "$h counts fragments: $(head -1 "$T/frags")"
done
[ "$(relay_stat unsent)" = 0 ] || fail "$(relay_stat unsent) records could not be sent"
sheet_ok
ghosts_none
