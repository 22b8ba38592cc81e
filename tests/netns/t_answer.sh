#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A client that pauses behind each answer: the payload that an answer acknowledges is given back at once.
# when: all
. "$TCOPY_TOP/tests/netns/lib.sh"

used() { ctl online -j show | tr ',{}' '\n\n\n' | sed -n 's/.*"memory_used":[[:space:]]*\([0-9]*\).*/\1/p'; }
# less, where it has been silent for two seconds since
used_is() { [ "$(used)" -le "$1" ]; }
ask() {	# TIMES
	local i line
	for ((i = 0; i < $1; i++)); do
		echo >&"${CLIENT[1]}"
		read -r -t $((20 * SLOW)) line <&"${CLIENT[0]}" || fail "the client got no answer"
		[ "$line" = 200 ] || fail "the client got: $line"
		sleep 0.4
	done
}

lab_copying
coproc CLIENT { exec ip netns exec client /usr/bin/python3 -uc '
import http.client, sys
to = http.client.HTTPConnection(sys.argv[1], 80)
for n, _ in enumerate(sys.stdin):
    to.request("GET", f"/s/answer{n}", headers={"Connection": "keep-alive"})
    answer = to.getresponse()
    answer.read()
    print(answer.status)
' "$(addr online)"; }
LAB_PIDS+=("$CLIENT_PID")
ask 3
before=$(used)
[ "$before" -gt 0 ] || fail "no memory is used"
ask 20
wait_for 5 "memory to be $before or less, as before 20 requests (it is $(used))" used_is "$before"
[ "$(stat sessions)" = 1 ] && [ "$(stat picked_up)" = 0 ] || fail "$(stat sessions) sessions"
[ "$(stat headers)" -ge 23 ] || fail "$(stat headers) headers for 23 requests"
same_logs 23
ghosts_none
