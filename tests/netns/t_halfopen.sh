#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Handshakes of 300 connections under way at once, of clients at least half a second away: each of 900 is copied with its first
# request. One whose SYN was forgotten could be picked up with that: --sessions full leaves it out.
# kernel: 6.12
. "$TCOPY_TOP/tests/netns/lib.sh"
. "$TCOPY_TOP/tests/netns/wire.sh"

half_open() { ss -N online -tnH state syn-recv 'sport = :80' | wc -l; }
# watch FILE: the most handshakes that were under way at once
watch() {
	local now most=0
	while :; do
		now=$(half_open)
		[ "$now" -le "$most" ] || { most=$now; echo "$most" >"$1"; }
		sleep 0.1
	done
}

# with checkers a client begins fewer at a time; a second would have its SYNs sent again. With lockdep a hundred are too
# many for the relay: its answers come late, and copying pauses.
delay=500 least=150 at_once=300
[ -z "${TCOPY_SLOW:-}" ] || delay=900 least=20
[ "$SLOW" -lt 5 ] || at_once=50

need_tcopy
lab_up
nginx_up online
nginx_up test
ghosts_start
tcopy_up --sessions full
bad from-client delay ${delay}ms
watch "$T/most" &
WATCH=$!
LAB_PIDS+=($WATCH)
# on a machine that is slow for a moment too few are begun at a time: once more, all of which are copied as well
for ((all = 900; ; all += 900)); do
	get 1 900 $at_once /s/ --parallel-immediate -H 'Connection: close'
	most=$(cat "$T/most")
	note "$most handshakes were under way at once"
	[ "$most" -lt $least ] || break
	[ $all -lt 2700 ] || fail "only $most handshakes were under way at once: this proves nothing"
done
kill $WATCH
wait $WATCH 2>/dev/null || true
good from-client
same_logs $all
copies_done
wait_for 30 "the copies to end" no_sessions
tell opened no_session
[ "$(stat opened)" = $all ] || fail "$(stat opened) connections of $all were copied"
[ "$(stat no_session)" = 0 ] || fail "no_session is $(stat no_session)"
no_end
sheet_exact
ghosts_none
