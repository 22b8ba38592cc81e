#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Only the way of copies is cut, the relay still answers: new copies pause by the rule for silence, say
# why, and resume by themselves; connections that were being copied go on; no client notices.
# timeout: 200
# kernel: 6.1
. "$TCOPY_TOP/tests/netns/lib.sh"

cut_copies() { ip netns exec test nft -f - <<<'table inet cut { chain in { type filter hook input priority 0; tcp dport 80 drop; }; }'; }
mend_copies() { ns test nft delete table inet cut; }

lab_copying
# Connections that are not answered, three times as many as pause it in a row; but not in a row.
ip netns exec test nft -f - <<<'table inet row { chain in { type filter hook input priority 0; tcp dport 80 tcp sport 2000-2999 drop; }; }' || fail "nft"
for i in 0 1 2; do
	for j in 0 1 2 3; do get 1 1 1 /s/row-$i-$j- --local-port 20$i$j -H 'Connection: close'; done
	sleep $((2 * SLOW))	# the second SYN leaves after one
	get 1 1 1 /s/answered-$i- -H 'Connection: close'
done
state_is copying || fail "$(target_field state): $(target_field reason)"
[ "$(stat pauses)" = 0 ] || fail "copying was paused by copies that were not silent in a row"
[ "$(stat retransmits)" -ge 12 ] || fail "only $(stat retransmits) SYNs were repeated: this proves nothing"
ns test nft delete table inet row
note "12 silent copies, never five in a row: still copying"

# load ends by itself; what these ask is checked
steady_start 4 $((12 * SLOW)) 0.3 /s/steady-
load_start $((12 * SLOW)) 8 /s/ -H 'Connection: close'
cut_copies || fail "nft"
wait_for 10 "copying to pause (it is $(target_field state))" state_is paused
reason=$(target_field reason)
note "paused: $reason"
[[ $reason == *"not answered by $(hostport test 80)"* && $reason == *resumes* ]] || fail "the reason is '$reason'"
refused=$(stat not_copying)
# past the bound for a silent relay: it is not silent
end=$((SECONDS + 5))
while [ $SECONDS -lt $end ]; do
	state_is paused || fail "the target did not stay paused: $(target_field state): $(target_field reason)"
	sleep 0.1
done
[ "$(stat not_copying)" -gt "$refused" ] || fail "what is not copied meanwhile is not counted as not_copying"
[ "$(stat pauses)" -ge 1 ] || fail "no pause is counted"
mend_copies
wait_for 20 "copying to resume" state_is copying
load_end
steady_end
# the connections that lived through it: not one of their requests is missing, and each was made once
steady_same 60
wait_for 30 "the test server's old connections to end" no_connections test
[ "$(stat end_timeout)$(stat end_reset)" = 00 ] || fail "$(stat end_timeout) copies timed out, $(stat end_reset) were reset"
sheet_ok
logs_clear online test
get 1 200 8 /s/ -H 'Connection: close'
same_logs 200
ghosts_none
