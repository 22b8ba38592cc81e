#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The relay stops, and dies, under load: production goes on, answers are swallowed all the same, and
# copying resumes with the next relay.
. "$TCOPY_TOP/tests/netns/lib.sh"

lab_copying
for signal in TERM KILL; do
	load_start 8 16
	relay_end $signal
	wait_for 10 "copying to pause after SIG$signal" state_is_not copying
	note "SIG$signal: $(target_field state): $(target_field reason)"
	load_end
	relay_start
	wait_for 30 "copying to resume" state_is copying
done
# what was being copied when the relay went is reset in its own time
wait_for 30 "the test server's old connections to end" no_connections test
: >"$T/online/access.log"; : >"$T/test/access.log"
get 1 200 8 /s/
same_logs 200
ghosts_none
