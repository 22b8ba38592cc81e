# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# Connections older than a target; sourced behind lib.sh.

# older_start KIND PORT CONNECTIONS REQUESTS: they are open and have been used; older_go: they go on;
# older_end: all was answered
older_start() {
	rm -f "$T/older.go"
	mkfifo "$T/older.go"
	ip netns exec client /usr/bin/python3 "$TOP/tests/netns/older.py" "$1" "$(addr online)" "${@:2}" <"$T/older.go" >"$T/older.out" 2>"$T/older.err" &
	OLDER_PID=$!
	LAB_PIDS+=("$OLDER_PID")
	exec 7>"$T/older.go"
	wait_for 30 "the old connections" grep -q begun "$T/older.out"
}
older_go() { echo go >&7; exec 7>&-; }
older_end() {
	wait "$OLDER_PID" || fail "an old connection failed: $(head -1 "$T/older.err")"
	note "the old connections made $(tail -1 "$T/older.out") requests"
}
