#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The way to the test host carries 1,200 bytes, and nobody says so (ICMP is filtered): copies get through with
# smaller segments.
# timeout: 200
# when: all
. "$TCOPY_TOP/tests/netns/lib.sh"

lab_copying
# segments, not what a device would cut into them later
ns online ethtool -K eth0 tso off gso off || fail "ethtool"
ns net nft 'add table bridge t; add chain bridge t forwarded { type filter hook forward priority 0; };
	add rule bridge t forwarded iifname online oifname test tcp dport 80 meta length > 1200 counter drop' || fail "nft"
get 1 50 4 /s/
put 200000 4 2 small
get 51 100 4 /s/
same_logs 104 90
same_uploads 4
dropped=$(ns net nft list table bridge t | sed -n 's/.*counter packets \([0-9]*\) .*/\1/p')
note "$dropped packets were too large"
[ "$dropped" -ge 8 ] || fail "only $dropped packets were too large: this proves nothing"
sheet_ok
ghosts_none
