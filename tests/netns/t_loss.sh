#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# 5 % of the copies and 5 % of the headers are lost: every connection's bytes are the same on both hosts,
# with the time-outs of the rules and no others.
# timeout: 400
. "$TCOPY_TOP/tests/netns/lib.sh"
. "$TCOPY_TOP/tests/netns/wire.sh"

lab_copying
streams_start
segments_only online test
bad to-test loss 5%
bad from-test loss 5%
get 1 200 8 /s/
get 201 260 8 /s/ -H 'Connection: close'
get 1 10 2 /m/
put 1048576 2 2 1m
same_logs 272 120
same_uploads 2
copies_done
streams_equal --min 60
tell retransmits headers_lost pace_timeout pace_quiet
[ "$(stat retransmits)" -gt 0 ] || fail "nothing was retransmitted"
[ "$(stat headers_lost)" -gt 0 ] || fail "no header was lost"
no_end
sheet_exact
ghosts_none
