#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Tracepoints: one connection's events in their order, with what was on the wire; as many of each kind and each reason
# as the counters say, over traffic that is copied, filtered, held back, over its rate, without a route. And the
# recipes of docs/tracing.md that need nothing but tracefs.
# timeout: 240
. "$TCOPY_TOP/tests/netns/lib.sh"
. "$TCOPY_TOP/tests/netns/trace.sh"

trace_up
echo 16384 >$tracing/buffer_size_kb
for m in tcopy tcopy_intercept; do echo 1 >$tracing/events/$m/enable || fail "no events of $m"; done
tcopy_up --name web

get 1 1 1 /s/one- "${close[@]}" --local-port 40000
get 1 60 16 /s/each- "${close[@]}"
get 1 60 8 /s/
put 300000 2 2 up
set_web --not-client "$(addr client)/$host"
get 1 8 4 /s/filtered- "${close[@]}"
set_web --not-client none --rate 1
get 1 20 4 /s/rate- "${close[@]}"
set_web --rate off
ctl online pause-target web
get 1 8 4 /s/paused- "${close[@]}"
ctl online resume-target web
wait_for 15 "state copying" state_is copying
ip -n online route add blackhole "$(addr test)/$host"
get 1 1 1 /s/nowhere- "${close[@]}"
ip -n online route del blackhole "$(addr test)/$host"
wait_for 30 "the copies to end" no_sessions
for m in tcopy tcopy_intercept; do echo 0 >$tracing/events/$m/enable; done
cat $tracing/trace >"$T/trace"
grep -E ':40000 ' "$T/trace" | head -40
ctl online -j show-stats >"$T/stats"
for why in filtered rate_limit not_copying send_failed; do [ "$(stat $why)" -gt 0 ] || fail "nothing was counted $why"; done
traced sums "$T/trace" "$T/stats"
traced life "$T/trace" "$(told client 40000)" "$(told online 80)" "$(told test 80)"

# recipes
begin life-tracefs
begin drops-tracefs
until shown life-tracefs 'tcopy_session: closed'; do get 1 1 1 /s/recipe- "${close[@]}"; done
set_web --not-client "$(addr client)/$host"
until shown drops-tracefs 'reason: filtered .* target: +1 .* packets: +[1-9]'; do
	kill -0 "${PID[drops-tracefs]}" 2>/dev/null || fail "drops-tracefs: $(grep -v '^#' "$T/said.drops-tracefs" | head -3)"
	get 1 1 1 /s/dropped- "${close[@]}"
done
end life-tracefs TERM
wait "${PID[drops-tracefs]}"
[ "$(cat $tracing/events/tcopy/enable)" = 0 ] || fail "a recipe has left events on"
ghosts_none
