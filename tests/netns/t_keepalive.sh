#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Keep-alive, small answers, 1 to 128 connections: 10,000 requests and more, the same in both
# logs (the debug kernel makes fewer).
# timeout: 300
. "$TCOPY_TOP/tests/netns/lib.sh"

lab_copying
n=$((200 / SLOW))
get 1 $n 1 /s/
get $((n + 1)) $((6 * n)) 8 /s/
get $((6 * n + 1)) $((15 * n)) 128 /s/
get $((15 * n + 1)) $((51 * n)) 32 /s/
same_logs $((51 * n)) 60
ghosts_none
