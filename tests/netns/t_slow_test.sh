#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A test server that answers 500 ms late: its copies wait for its answers and lose no request, and
# no client hangs up on it early.
# kernel: 6.12
# timeout: 300
. "$TCOPY_TOP/tests/netns/lib.sh"

lab_copying '' 0.5
n=$((128 / SLOW))
get 1 $((2 * n)) 32 /s/
get $((2 * n + 1)) $((3 * n)) 128 /s/ -H 'Connection: close'
same_logs $((3 * n)) 90
ghosts_none
