#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Limits of sessions and memory: what is over them is shed by whole connections and counted, no
# client notices, memory comes back, and the balance sheet adds up. The test server is stopped where
# payload is to be held: it has its 64 KB of each upload, and the rest stays with us.
# timeout: 400
. "$TCOPY_TOP/tests/netns/lib.sh"
. "$TCOPY_TOP/tests/netns/icept.sh"

# every column of the sheet, from the header that defines them
columns=$(sed -n '/^enum tcopy_a_stat {/,/^}/p' "$TOP/include/uapi/linux/tcopy.h" |
	sed -n '/TCOPY_A_STAT_COPIED,/,/TCOPY_A_STAT_ENDED,/p; /TCOPY_A_STAT_CPU_LIMIT,/p; /TCOPY_A_STAT_FILTERED,/,/TCOPY_A_STAT_RATE_LIMIT,/p' | sed -n 's/.*TCOPY_A_STAT_\(.*\),/\L\1/p')
sheet_adds_up() {
	local sum=0 c
	for c in $columns; do sum=$((sum + $(stat "$c"))); done
	[ "$(stat matched)" -gt 0 ] && [ "$(stat matched)" = $sum ]
}
used() { ctl online -j show | tr ',{}' '\n\n\n' | sed -n 's/.*"memory_used":[[:space:]]*\([0-9]*\).*/\1/p'; }
used_is_less() { [ "$(used)" -lt "$1" ]; }
parked() { ctl online show-sessions | grep -q ':2100 '; }
answered() { grep -q '^/s/held ' "$T/test/access.log"; }
reset_one() { [ "$(stat end_reset)" = 1 ]; }
shed_one() { [ "$(stat end_shed)" = 1 ]; }
test_nginx() {	# SIGNAL
	local master
	master=$(cat "$T/test/nginx.pid")
	kill "-$1" $(pgrep -P "$master")
}

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
doctor_finds online session-limit "target 1"
ctl online del-target all

# one session alone never takes all of it
ctl online set --memory 8M || fail "set --memory 8M"
online_host_up
wait_for 15 "state copying" state_is copying
test_nginx STOP
put 20971520 1 1 20m
wait_for 10 "the copy of a large upload to be shed" shed_one
[ "$(stat memory_limit)" = 0 ] || fail "one session took all the memory: $(stat memory_limit) packets were over the limit"
wait_for 20 "the balance sheet to add up" sheet_adds_up

# many sessions, none of which has a quarter of it
ctl online set --memory 1M || fail "set --memory 1M"
put 204800 16 16 200k
[ "$(stat memory_limit)" -gt 0 ] || fail "16 uploads of 200 KB, and nothing was over a limit of 1 MiB"
[ "$(stat end_shed)" -gt 1 ] || fail "no copy was shed at the memory limit"
[ "$(stat end_gap)" = 0 ] || fail "$(stat end_gap) copies ended by a gap, not as shed"
[ "$(used)" -lt $((3 << 19)) ] || fail "$(used) bytes are used, the limit is 1 MiB"
wait_for 20 "the balance sheet to add up" sheet_adds_up
doctor_finds online shed
note "shed: $(stat memory_limit) packets over the limit, $(stat end_shed) copies, $(used) bytes used"

ctl online del-target all
wait_for 30 "memory to come back" used_is_less 1
test_nginx CONT
wait_for 20 "the copies to leave the test server" no_connections test

ctl online set --memory 100M || fail "set --memory 100M"
online_host_up
wait_for 15 "state copying" state_is copying
: >"$T/online/access.log"; : >"$T/test/access.log"
get 301 400 8 /s/
same_logs 100 90	# one connection may get most of them, each half a second late
wait_for 20 "the balance sheet to add up" sheet_adds_up

# A copy that its test service has left waits for its client's next request: no more when bytes of that are missed.
wait_for 30 "the copies to end" no_sessions
ctl online reset-stats
hold parked client "$(addr client)" "$(addr online)" 80 1 2100
wait_for 10 "its answer" answered
ss -N test -K 'sport = :80' >/dev/null
wait_for 10 "the test server's reset" reset_one
test_nginx STOP
put 700000 4 4 700k
parked || fail "the copy does not wait for its client"
[ "$(used)" -gt $((3 << 19)) ] || fail "only $(used) bytes are used"
ctl online set --memory 1M || fail "set --memory 1M"
held parked "a client's connection suffered"
[ "$(stat memory_limit)" -gt 0 ] || fail "no packet was over the limit"
wait_for 20 "the parked copy to be forgotten" eval '! parked'
[ "$(stat sessions)" -gt 0 ] || fail "all copies have ended"
ctl online set --memory 100M || fail "set --memory 100M"
test_nginx CONT
wait_for 60 "the copies to end" no_sessions
wait_for 20 "the balance sheet to add up" sheet_adds_up
ghosts_none
