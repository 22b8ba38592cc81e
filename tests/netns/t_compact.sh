#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A test service that does not read for a while: payload that it does not acknowledge is copied out
# of the pages it shares with production's packets, and arrives whole when the service goes on.
# families: 4
# timeout: 200
# when: all
. "$TCOPY_TOP/tests/netns/lib.sh"

test_nginx() { kill "-$1" $(pgrep -P "$(cat "$T/test/nginx.pid")"); }	# SIGNAL
used() { ctl online -j show | tr ',{}' '\n\n\n' | sed -n 's/.*"memory_used":[[:space:]]*\([0-9]*\).*/\1/p'; }
used_is_zero() { [ "$(used)" = 0 ]; }
sheet() { ctl online -j show-stats | tr -d ' \n' | grep -q '"adds_up":true'; }
# small packets are never shared: most of what is held is not small
compacted() { [ $(($(stat compacted) * 2)) -gt "$(stat held)" ] && [ "$(stat compacted)" -gt 0 ]; }

lab_copying
test_nginx STOP
put 1500000 6 6 slow
[ "$(stat held)" -gt 0 ] || fail "nothing is held of a service that does not read"
wait_for 20 "what is held to be copied out of shared pages ($(stat compacted) of $(stat held) packets)" compacted
note "$(stat held) packets are held, $(stat compacted) were copied"
test_nginx CONT
same_logs 6 60
same_uploads 6
[ "$(stat end_shed)" = 0 ] || fail "$(stat end_shed) copies were shed"
wait_for 20 "the balance sheet to add up" sheet
ctl online del-target all
wait_for 20 "all memory to come back" used_is_zero
ghosts_none
