#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Answers of 100 KB and of 10 MB, keep-alive and a connection each.
# timeout: 300
. "$TCOPY_TOP/tests/netns/lib.sh"

lab_copying
n=$((100 / SLOW))
get 1 $((3 * n)) 8 /m/
get $((3 * n + 1)) $((4 * n)) 32 /m/ -H 'Connection: close'
get 1 4 1 /l/
get 5 8 4 /l/ -H 'Connection: close'
same_logs $((4 * n + 8)) 60
ghosts_none
