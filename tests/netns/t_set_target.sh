#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# set-target, pause-target and resume-target under load: no request of a client fails, connections that are being
# copied lose nothing, and while it is paused no other begins, and those of which both ends are gone are forgotten.
# timeout: 200
# kernel: 6.12
. "$TCOPY_TOP/tests/netns/lib.sh"

opened_is() { [ "$(stat opened)" = "$1" ]; }
opened_more() { [ "$(stat opened)" -gt "$1" ]; }

if [ "$FAMILY" = 4 ]; then PREFIXES=(192.0.2.0/24 198.51.100.0/24); else PREFIXES=(2001:db8::/32 2001:db8::/64); fi

lab_copying
steady_start 4 $((14 * SLOW)) 0.1 /s/steady-
load_start $((14 * SLOW)) 8 /s/ -H 'Connection: close'
end=$((SECONDS + 4 * SLOW)) i=0
while [ $SECONDS -lt $end ]; do
	i=$((i + 1))
	ctl online set-target 1 --idle $((600 + i % 7)) --max-sessions $((200000 + i)) --seed $i --sample $((1 + i % 100)) \
		--not-client "${PREFIXES[i % 2]}" --rate $((100 + i)) || fail "set-target"
done
note "changed $i times under load"
ctl online set-target 1 --sample 100 --rate off || fail "set-target"

ctl online pause-target 1 || fail "pause-target"
state_is paused || fail "the state is $(target_field state) after pause-target"
[[ $(target_field reason) == *pause-target*resume-target* ]] || fail "the reason is '$(target_field reason)'"
sleep 0.5
opened=$(stat opened) before=$(stat not_copying)
get 1 20 4 /s/held- -H 'Connection: close'
sleep 1
opened_is "$opened" || fail "$(($(stat opened) - opened)) sessions began while it was paused"
state_is paused || fail "it did not stay paused: $(target_field state)"
[ "$(stat not_copying)" -gt "$before" ] || fail "what is held back is not counted"
ctl online set-target 1 --wait 90 || fail "set-target while paused"
state_is paused || fail "set-target ended the pause"
ctl online resume-target all || fail "resume-target"
wait_for 5 "copying to go on" state_is copying
get 1 20 4 /s/again- -H 'Connection: close'
wait_for 10 "sessions to begin again" opened_more "$opened"
load_end
steady_end
steady_same 60
[ "$(stat end_removed)$(stat end_gap)$(stat end_shed)" = 000 ] || fail "$(stat end_removed) removed, $(stat end_gap) gaps, $(stat end_shed) shed"
wait_for 30 "the copies' end" no_connections test
sheet_ok
logs_clear online test
get 1 100 8 /s/ -H 'Connection: close'
same_logs 100

# A client leaves, and then the test service does, while copying is paused: nothing is waited for any more.
worker=$(pgrep -P "$(cat "$T/test/nginx.pid")")
kill -STOP "$worker"
get 101 101 1 /s/
# the client's FIN waits for an answer
wait_for 10 "the copy of a request" eval '[ "$(ss -N test -tnH "sport = :80" | grep -c ESTAB)" = 1 ]'
ctl online pause-target 1 || fail "pause-target"
ss -N test -K "sport = :80" >/dev/null
wait_for 10 "the test server's reset" eval '[ "$(stat end_reset)" -gt 0 ]'
wait_for 20 "the copy to be forgotten" no_sessions
kill -CONT "$worker"
ghosts_none
