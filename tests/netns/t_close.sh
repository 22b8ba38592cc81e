#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Connection: close, a connection for each request, 1 to 128 at once.
# timeout: 300
. "$TCOPY_TOP/tests/netns/lib.sh"

lab_copying
n=$((50 / SLOW))
get 1 $n 1 /s/ -H 'Connection: close'
get $((n + 1)) $((11 * n)) 16 /s/ -H 'Connection: close'
get $((11 * n + 1)) $((31 * n)) 128 /s/ -H 'Connection: close'
same_logs $((31 * n)) 60
ghosts_none
