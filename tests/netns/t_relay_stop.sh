#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The relay stops, and dies, under load: production goes on, answers are swallowed all the same, and
# copying resumes with the next relay.
# kernel: 6.12
. "$TCOPY_TOP/tests/netns/lib.sh"

lab_copying
for signal in TERM KILL; do
	load_start 8 16
	relay_end $signal
	wait_for 10 "copying to pause after SIG$signal" state_is_not copying
	# nobody could say that the intercept leaves
	wait_for 25 "the copies to be reset" no_connections test
	[ "$(stat end_removed)" -gt 0 ] || fail "no copy was ended"
	note "SIG$signal: $(target_field state): $(target_field reason)"
	load_end
	relay_start
	wait_for 30 "copying to resume" state_is copying
done
: >"$T/online/access.log"; : >"$T/test/access.log"
get 1 200 8 /s/
same_logs 200
ghosts_none
