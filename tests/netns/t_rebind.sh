#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# tcopy_intercept.ko stays while an intercept exists. When it is unloaded and loaded again, a relay
# that kept running is its relay again by itself; the copies of before do not stay.
# families: 4
. "$TCOPY_TOP/tests/netns/lib.sh"

lab_copying
rmmod tcopy_intercept 2>"$T/rmmod" && fail "tcopy_intercept was unloaded while it intercepts"
grep -q 'in use' "$T/rmmod" || fail "rmmod says: $(cat "$T/rmmod")"
state_is copying || fail "a refused rmmod ended the copying"

for ((round = 0; round < 3; round++)); do
	load_start 6 16
	ctl test del-intercept 80 || fail "del-intercept 80"
	wait_for 10 "the intercept to drain" no_intercepts
	timeout $((20 * SLOW)) rmmod tcopy_intercept || fail "rmmod tcopy_intercept"
	if [ $round = 0 ]; then
		wait_for 10 "the relay to notice" grep -q 'waiting for tcopy_intercept' "$T/relay.log"
		state_is_not copying || fail "still copying without an intercept"
	fi
	load_end
	# at once, or after the relay has noticed
	insmod "$KMOD/tcopy_intercept.ko" || fail "insmod tcopy_intercept.ko"
	ctl test add-intercept 80 || fail "add-intercept 80"
	wait_for 30 "copying to resume" state_is copying
	kill -0 "$RELAY_PID" || fail "the relay has ended: $(tail -1 "$T/relay.log")"
	wait_for 30 "the test server's old connections to end" no_connections test
	logs_clear online test
	get 1 200 8 /s/
	same_logs 200
done
relay_start	# a second one is still refused
wait "$RELAY_PID" && fail "a second relay was not refused"
state_is copying || fail "a second relay ended the copying"
sheet_ok
ghosts_none
