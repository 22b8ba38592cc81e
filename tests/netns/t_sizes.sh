#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Answers of 100 KB and of 10 MB, keep-alive and a connection each.
# timeout: 300
. "$TCOPY_TOP/tests/netns/lib.sh"

lab_copying
get 1 300 8 /m/
get 301 400 32 /m/ -H 'Connection: close'
get 1 4 1 /l/
get 5 8 4 /l/ -H 'Connection: close'
same_logs 408 60
ghosts_none
