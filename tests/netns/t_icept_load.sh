#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Intercepts, relays, namespaces and the module come and go under load; what is not stolen keeps working.
# kernel: 6.1
# families: 4
# timeout: 400
. "$TCOPY_TOP/tests/netns/lib.sh"
. "$TCOPY_TOP/tests/netns/icept.sh"

lab_up
nginx_up online
nginx_up test
icept_load
icept add 80
flood() { ns client /usr/bin/python3 "$ICEPT" flood client "$(addr client)" "$(addr test)" 80 "$1" >"$T/flood" 2>&1 & LAB_PIDS+=($!); FLOOD=$!; }

# stolen = delivered + lost + superseded: every answer is somewhere
relay=$(icept_bind 1)
flood 6
load_start 4 8
some() { [ "$(wc -l <"$T/records.1")" -gt 100 ]; }
wait_for 20 "records" some
wait "$FLOOD" || fail "flood: $(cat "$T/flood")"
load_end
balance() {
	[ $(($(icept_stat lost) + $(icept_stat superseded) + $(grep -c payload= "$T/records.1"))) = "$(icept_stat stolen)" ]
}
icept del all force	# from here on nothing is stolen
wait_for 20 "the balance of $(grep -c payload= "$T/records.1") records, $(icept stats)" balance
note "$(grep -c payload= "$T/records.1") records, $(icept stats)"
stat_is malformed 0 || fail "$(icept stats)"
kill "$relay"

# come and go
flood 40
for ((i = 0; i < 8; i++)); do
	icept add 80 , add 81
	relay=$(icept_bind 2)
	[ $((i % 2)) = 0 ] || kill -9 "$relay"
	icept del 80 force
	[ $((i % 2)) = 1 ] || kill -9 "$relay"
	icept del all force
	rmmod tcopy_intercept || fail "rmmod, round $i"
	icept_load
done
# a namespace ends with a live intercept, its server and its flood
icept add 80
kill "$FLOOD" 2>/dev/null || true
flood 20
nginx -s stop -c "$T/test/nginx.conf" -e "$T/test/error.log" || kill "$(cat "$T/test/nginx.pid")"
wait_for 10 "nginx to end" test ! -e "$T/test/nginx.pid"
ip netns del test
ip netns add test	# lab_down deletes it
# a grace period under a flood on an emulated CPU may take a while
wait_for 60 "the module to be free" module_is_free
rmmod tcopy_intercept || fail "rmmod after its namespace"
