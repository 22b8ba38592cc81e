#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The test host is cut off under load: production goes on, and no error about a copy reaches a client
# (its neighbour entry fails, for which a stack sends ICMP host unreachable to the source).
# kernel: 6.12
. "$TCOPY_TOP/tests/netns/lib.sh"

lab_copying
load_start 14 16
ip -n net link set test down
ip -n online neigh flush dev eth0 to "$(addr test)" || true
ns online ip neigh del "$(addr test)" dev eth0 2>/dev/null || true
wait_for 12 "copying to pause" state_is_not copying
note "cut off: $(target_field state): $(target_field reason)"
load_end
ip -n net link set test up
wait_for 30 "copying to resume" state_is copying
# what was being copied when the test host went is delivered, on connections that are opened anew for it
# where the server has given up the old ones, or reset, in its own time
wait_for 90 "the copies to end" no_sessions
wait_for 60 "the test server's old connections to end" no_connections test
: >"$T/online/access.log"; : >"$T/test/access.log"
get 1 200 8 /s/
same_logs 200
ghosts_none
