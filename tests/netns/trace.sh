# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# What t_trace.sh and t_trace_tools.sh share: both hosts with their tracepoints, and the recipes of docs/tracing.md, which
# are run as they stand there, but for the client's address.

tracing=/sys/kernel/tracing
set_web() { ctl online set-target web "$@" || fail "set-target web $*"; }
# shellcheck disable=SC2034	# for tests
close=(-H 'Connection: close')
# shellcheck disable=SC2034
if [ "$FAMILY" = 4 ]; then mapped=::ffff: host=32; else mapped='' host=128; fi
told() { echo "[$mapped$(addr "$1")]:$2"; }	# HOST PORT, as events do
traced() { "$TOP/tests/netns/t_trace.py" "$@" >"$T/traced" 2>&1 || fail "trace $1: $(tail -1 "$T/traced" | cut -c1-600)"; note "$(tail -1 "$T/traced")"; }

# recipe NAME: its lines; begin NAME: runs it behind; shown NAME REGEX: it has said so; end NAME [SIGNAL]
recipe() { awk -v n="<!-- recipe: $1 -->" '$0 == n { on = 1 } on && /^    / { print substr($0, 5); got = 1; next } got { exit }' "$TOP/docs/tracing.md"; }
declare -A PID
begin() {
	recipe "$1" | sed "s/::ffff:192\.0\.2\.7/$mapped$(addr client)/" >"$T/recipe.$1"
	[ -s "$T/recipe.$1" ] || fail "docs/tracing.md has no recipe $1"
	bash "$T/recipe.$1" >"$T/said.$1" 2>&1 &
	PID[$1]=$!
	LAB_PIDS+=($!)
}
child() { pgrep -P "${PID[$1]}" | tail -1; }
shown() { grep -qE "$2" "$T/said.$1"; }
gone() { ! kill -0 "${PID[$1]}" 2>/dev/null; }
end() {
	kill "-${2:-INT}" "$(child "$1")"
	wait_for 60 "the end of recipe $1" gone "$1"
	cat "$T/said.$1"
}

# Both modules loaded, no target yet
trace_up() {
	need_tcopy
	mount -t tracefs tracefs $tracing 2>/dev/null || [ -e $tracing/trace ] || skip "this kernel has no tracefs"
	one_cpu
	lab_up
	nginx_up online
	nginx_up test
	ghosts_start
	insmod "$KMOD/tcopy.ko" && insmod "$KMOD/tcopy_intercept.ko" || fail insmod
}
