#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A test server that answers before the online server does.
# timeout: 300
# kernel: 6.12
. "$TCOPY_TOP/tests/netns/lib.sh"

lab_copying 0.2 ''
n=$((256 / SLOW))
get 1 $((2 * n)) 32 /s/
get $((2 * n + 1)) $((3 * n)) 64 /s/ -H 'Connection: close'
same_logs $((3 * n)) 60
ghosts_none
