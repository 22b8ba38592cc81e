#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A test server that answers before the online server does.
# timeout: 300
. "$TCOPY_TOP/tests/netns/lib.sh"

lab_copying 0.2 ''
get 1 512 32 /s/
get 513 768 64 /s/ -H 'Connection: close'
same_logs 768 60
ghosts_none
