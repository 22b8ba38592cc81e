#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The relay is killed under load, and another begins a moment later: what was being copied goes on,
# and not one of its requests is lost, repeated, or out of order. New connections may be refused while
# answers are missing; then they are counted.
# timeout: 200
# when: all
. "$TCOPY_TOP/tests/netns/lib.sh"

# with other online hosts the new relay has to be told whose the connections are
announced() { [ "$(relay_stat opens)" -ge 8 ]; }

lab_copying
steady_start 8 $((20 * SLOW)) 0.1 /s/steady-
for _ in 1 2 3; do
	sleep 1
	relay_end KILL
	sleep 0.3
	relay_start
	sleep 1		# SIGUSR1 ends a relay that has not begun to listen for it
	wait_for 10 "the new relay to be told of the 8 connections" announced
	wait_for 20 "state copying" state_is copying
done
steady_end
steady_same 60
[ "$(stat end_timeout)$(stat end_reset)$(stat end_gap)$(stat orphan_rsts)" = 0000 ] || fail "copies ended: $(ctl online show-stats)"
wait_for 30 "the test server's old connections to end" no_connections test
sheet_ok

# the same with connections that come and go
load_start $((8 * SLOW)) 8 /s/ -H 'Connection: close'
sleep 1
relay_end KILL
relay_start
load_end
wait_for 20 "state copying" state_is copying
wait_for 30 "the test server's old connections to end" no_connections test
sheet_ok
# what the test server did not see was not copied, or its copy ended: both are counted
missing=$(($(wc -l <"$T/online/access.log") - $(wc -l <"$T/test/access.log")))
counted=$(($(stat not_copying) + $(stat end_no_synack) + $(stat end_timeout) + $(stat end_server_closed) + $(stat end_wait)))
note "$missing requests of new connections are missing, $counted packets and copies are counted for it"
[ $missing -le $counted ] || fail "$missing requests are missing, $counted are accounted for"
logs_clear online test
get 1 200 8 /s/ -H 'Connection: close'
same_logs 200
ghosts_none
