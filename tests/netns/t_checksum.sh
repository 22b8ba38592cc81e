#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Every packet of a copy has valid checksums on the test host's wire, where no device repairs them:
# small requests, connections that close, and an upload that was captured in super-packets.
# timeout: 300
. "$TCOPY_TOP/tests/netns/lib.sh"

lab_copying
tx_offload_off online
capture_start wire test "ip proto 6 or ip6 proto 6" -s 0 -Q in
get 1 500 16 /s/
get 501 600 16 /s/ -H 'Connection: close'
put 1048576 3 1 1m
same_logs 603 60
same_uploads 3
capture_end wire
checksums_ok wire 2000
ghosts_none
