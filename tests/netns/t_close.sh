#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Connection: close, a connection for each request, 1 to 128 at once.
# timeout: 300
. "$TCOPY_TOP/tests/netns/lib.sh"

lab_copying
get 1 50 1 /s/ -H 'Connection: close'
get 51 550 16 /s/ -H 'Connection: close'
get 551 1550 128 /s/ -H 'Connection: close'
same_logs 1550 60
ghosts_none
