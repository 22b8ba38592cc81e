#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A device that merges segments (LRO) and says so less than GRO does: the same bytes arrive at both servers.
# timeout: 200
# when: all
. "$TCOPY_TOP/tests/netns/lib.sh"

ko=$TCOPY_OUT/tcopy_lro-$(uname -r).ko
[ -e "$ko" ] || skip "no module for this kernel"
lab_copying
insmod "$ko" || fail "insmod $ko"
put 20971520 2 2 20m
put 1048576 12 4 1m
get 1 200 8 /s/
same_logs 214 90
same_uploads 14
made=$(cat /sys/module/tcopy_lro/parameters/made)
rmmod tcopy_lro || fail "rmmod tcopy_lro"
note "$made packets came as LRO's do"
[ "$made" -gt 100 ] || fail "this proves nothing"
[ "$(stat end_unsupported)$(stat malformed)$(stat unshareable)" = 000 ] || fail "a packet was refused"
sheet_ok
ghosts_none
