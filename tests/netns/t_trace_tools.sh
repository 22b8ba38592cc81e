#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The recipes of docs/tracing.md for bpftrace and perf, each as it stands there, show what they are for.
# when: all
# timeout: 600
. "$TCOPY_TOP/tests/netns/lib.sh"
. "$TCOPY_TOP/tests/netns/trace.sh"

# tool NAME N: it has N perf events, beside one a CPU: bpftrace has one a probe, perf one an event and CPU. An emulated
# CPU takes half a minute for that
attached() {
	local p fds
	p=$(child "$1") && fds=$(find "/proc/$p/fd" -lname '*perf_event*' | wc -l) && [ "$fds" -ge $(($2 + $(nproc))) ]
}
tool() { begin "$1"; wait_for 120 "the recipe ($1: $(tail -1 "$T/said.$1"))" attached "$1" "$2"; }

[ -e /sys/kernel/btf/vmlinux ] || skip "bpftrace finds no types in this kernel"
command -v bpftrace perf >/dev/null || skip "no bpftrace, or no perf"
trace_up
tcopy_up --name web
set_web --not-client "$(addr client)/$host"
tool drops 1
get 1 4 4 /s/dropped- "${close[@]}"
end drops
shown drops "^@\[filtered, $mapped$(addr client)\]: [1-9]" || fail "recipe drops: $(tail -3 "$T/said.drops")"

set_web --not-client none
tool sessions 2
tool headers 3
tool answers 1
get 1 8 4 /s/recipe- "${close[@]}"
wait_for 30 "the copies to end" no_sessions
wait_for 30 "sessions that are told of each second" shown sessions '^@\[closed\]: [1-9]'
end sessions
shown sessions '^@\[opened\]: [1-9]' || fail "recipe sessions: $(tail -3 "$T/said.sessions")"
end headers
shown headers '^\[.*\) +[1-9][0-9]* \|' && shown headers '^@us:' || fail "recipe headers: $(tail -3 "$T/said.headers")"
end answers
shown answers "^@\[stolen, 80, $mapped$(addr client)\]: [1-9]" || fail "recipe answers: $(tail -3 "$T/said.answers")"

tool life $((3 * $(nproc)))	# four events on each CPU
get 1 4 4 /s/others- "${close[@]}"
get 1 1 1 /s/recipe- "${close[@]}" --local-port 40000
wait_for 30 "the copies to end" no_sessions
end life
told=$(told client 40000)
for e in 'session: opened ' 'copy: .*flags=SYN ' 'header: .*flags=SYN\|ACK ' 'session: closed '; do
	grep -E "tcopy:tcopy_$e" "$T/said.life" | grep -qF "client=$told " || fail "recipe life has no $e: $(tail -3 "$T/said.life")"
done
! grep -F 'client=' "$T/said.life" | grep -qvF "client=$told " || fail "recipe life shows other clients"
ghosts_none
