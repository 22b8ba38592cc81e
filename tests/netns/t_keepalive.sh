#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Keep-alive, small answers, 1 to 128 connections: 10,000 requests and more, the same in both logs.
# timeout: 300
. "$TCOPY_TOP/tests/netns/lib.sh"

lab_copying
get 1 200 1 /s/
get 201 1200 8 /s/
get 1201 3000 128 /s/
get 3001 10200 32 /s/
same_logs 10200 60
ghosts_none
