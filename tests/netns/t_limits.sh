#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Limits of sessions and memory: what is over them is shed by whole connections and counted, no
# client notices, memory comes back, and the balance sheet adds up.
# timeout: 300
. "$TCOPY_TOP/tests/netns/lib.sh"

# every column of the sheet, from the header that defines them
columns=$(sed -n '/^enum tcopy_a_stat {/,/^}/p' "$TOP/include/uapi/linux/tcopy.h" |
	sed -n '/TCOPY_A_STAT_COPIED,/,/TCOPY_A_STAT_ENDED,/s/.*TCOPY_A_STAT_\(.*\),/\L\1/p')
sheet_adds_up() {
	local sum=0 c
	for c in $columns; do sum=$((sum + $(stat "$c"))); done
	[ "$(stat matched)" -gt 0 ] && [ "$(stat matched)" = $sum ]
}
used() { ctl online -j show | tr ',{}' '\n\n\n' | sed -n 's/.*"memory_used":[[:space:]]*\([0-9]*\).*/\1/p'; }
used_is_less() { [ "$(used)" -lt "$1" ]; }

need_tcopy
lab_up
nginx_up online
nginx_up test 0.5
ghosts_start
tcopy_up --max-sessions 4
get 1 300 32 /s/ -H 'Connection: close'
[ "$(stat session_limit)" -gt 0 ] || fail "no connection was over --max-sessions"
[ "$(log_lines test)" -lt 300 ] || fail "all connections were copied in spite of --max-sessions"
wait_for 20 "the balance sheet to add up" sheet_adds_up
ctl online del-target all

ctl online set --memory 1M || fail "set --memory 1M"
online_host_up
wait_for 15 "state copying" state_is copying
# the test host takes nothing: all of the upload would have to be held
ip netns exec test nft -f - <<'NFT' || fail "nft"
table inet hold { chain in { type filter hook input priority 0; tcp dport 80 meta length > 100 drop; }; }
NFT
put 20971520 2 2 20m
[ "$(stat memory_limit)" -gt 0 ] || [ "$(stat end_shed)" -gt 0 ] || fail "nothing was shed at the memory limit"
[ "$(used)" -lt $((3 << 20)) ] || fail "$(used) bytes are used, the limit is 1 MiB"
ns test nft delete table inet hold
wait_for 20 "the balance sheet to add up" sheet_adds_up
wait_for 30 "memory to come back" used_is_less 200000
note "shed: $(stat memory_limit) packets over the limit, $(stat end_shed) and $(stat end_gap) copies"

ctl online set --memory 100M || fail "set --memory 100M"
: >"$T/online/access.log"; : >"$T/test/access.log"
get 301 400 8 /s/
same_logs 100
wait_for 20 "the balance sheet to add up" sheet_adds_up
ghosts_none
