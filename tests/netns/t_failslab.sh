#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Allocations of the packet path fail, one in twenty: what cannot be copied is counted and ends its
# copy, no client notices, the kernel does not complain, and then copying is exact again. Needs a
# kernel with fault injection: the lockdep kernel.
# families: 4
# timeout: 300
# when: all
. "$TCOPY_TOP/tests/netns/lib.sh"

D=/sys/kernel/debug
sheet() { ctl online -j show-stats | tr -d ' \n' | grep -q '"adds_up":true'; }
used() { ctl online -j show | tr ',{}' '\n\n\n' | sed -n 's/.*"memory_used":[[:space:]]*\([0-9]*\).*/\1/p'; }
used_is_zero() { [ "$(used)" = 0 ]; }
# set ATTRIBUTE VALUE: of both kinds of failures
set_both() { local k; for k in failslab fail_page_alloc; do echo "$2" >"$D/$k/$1" || fail "$k/$1"; done; }

mountpoint -q "$D" || mount -t debugfs none "$D" || true
[ -e "$D/failslab/require-start" ] || skip "no fault injection in this kernel"

lab_copying
# only what tcopy.ko itself asks for, and only where nobody may wait
start=$(($(cat /sys/module/tcopy/sections/.text)))
size=$(awk '$1 == "tcopy" { print $2 }' /proc/modules)
set_both require-start "$(printf '%#x' $start)"
set_both require-end "$(printf '%#x' $((start + size)))"
set_both stacktrace-depth 32
set_both task-filter N
set_both ignore-gfp-wait Y
echo 0 >"$D/fail_page_alloc/min-order"
set_both verbose 0
set_both times -1
set_both interval 1
set_both probability 5

load_start 20 16 /s/ -H 'Connection: close'
load_end
put 1048576 4 4 1m

# silent sessions that there is no memory to wake for: their clients notice nothing either
N=100
coproc HOLD { exec ip netns exec client /usr/bin/python3 "$TOP/tests/netns/hold.py" "$(addr client)" "$(addr online)" 80 $N; }
LAB_PIDS+=("$HOLD_PID")
read -r -t $((60 * SLOW)) line <&"${HOLD[0]}" && [ "$line" = "held $N" ] || fail "the client says: ${line:-nothing}"
sleep 5
lost=$(stat no_memory)
set_both probability 50
echo >&"${HOLD[1]}"
read -r -t $((60 * SLOW)) line <&"${HOLD[0]}" && [ "$line" = "alive $N dead 0" ] || fail "the client says: ${line:-nothing}"
sleep 3
[ "$(stat no_memory)" -gt "$lost" ] || fail "no allocation failed for silent sessions"

set_both probability 0
[ "$(stat no_memory)" -gt 0 ] || fail "no allocation failed"
note "failed: $(stat no_memory) packets, $(stat send_failed) sent; ended: $(stat end_gap) by a gap, $(stat end_shed) shed"
wait_for 30 "the balance sheet to add up" sheet

ctl online del-target all
wait_for 20 "all memory to come back" used_is_zero
wait_for 20 "the copies to leave the test server" no_connections test
online_host_up
wait_for 15 "state copying" state_is copying
: >"$T/online/access.log"; : >"$T/test/access.log"
get 1 200 8 /s/
same_logs 200
ghosts_none
