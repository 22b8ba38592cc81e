#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Silent sessions give most of their memory back, and go on as if they had not: with requests, with a test service that has
# closed meanwhile, with production's FIN. A target whose copies are silent is deleted, and nothing of them is left.
# timeout: 240
. "$TCOPY_TOP/tests/netns/lib.sh"

N=60
used() { ctl online -j show | tr ',{}' '\n\n\n' | sed -n 's/.*"memory_used":[[:space:]]*\([0-9]*\).*/\1/p'; }
# 392 of 848 bytes are left of each
are_silent() { [ "$(used)" -lt $((N * 500)) ]; }
sums() { ctl online -j show-sessions | grep -oE '"(state|sent|received|held)": *[^,}]*' | sort | uniq -c; }
# all_say SENT: each of them, and of what has come the same, but not nothing
all_say() {
	[ "$(sums | wc -l)" = 4 ] && sums | grep -qE "\"sent\": *$1\$" && sums | grep -q '"open"' && sums | grep -qE '"held": *0$' && ! sums | grep -qE '"received": *0$'
}
again() {	# WHAT: each connection makes another request
	local line
	echo >&"${HOLD[1]}"
	read -r -t $((60 * SLOW)) line <&"${HOLD[0]}" || fail "$1: no answer"
	[ "$line" = "alive $N dead 0" ] || fail "$1: $line"
}
silent() { wait_for 15 "$1: memory given back (it is $(used))" are_silent; }
none_left() { [ -z "$(ss -N test -tnH state established '( sport = :80 )')" ]; }
copied() { [ "$(ns test grep -c /s/held "$T/test/access.log")" = "$1" ]; }
closed() { [ "$(ss -N test -tnH state fin-wait-2 '( sport = :80 )' | wc -l)" = "$N" ]; }

lab_copying
coproc HOLD { exec ip netns exec client /usr/bin/python3 "$TOP/tests/netns/hold.py" "$(addr client)" "$(addr online)" 80 $N; }
LAB_PIDS+=("$HOLD_PID")
read -r -t $((60 * SLOW)) line <&"${HOLD[0]}" && [ "$line" = "held $N" ] || fail "the client says: ${line:-nothing}"
wait_for 15 "all requests on the test host" copied $N
silent "after a request"
all_say 36 || fail "show-sessions of silent ones that have said 36 bytes: $(sums)"

# they go on
again "silent ones"
wait_for 15 "the second requests on the test host" copied $((2 * N))
[ "$(stat picked_up) $(stat reopened) $(stat sessions)" = "0 0 $N" ] || fail "sessions were begun anew: $(ctl online -p show-stats)"
silent "after two requests"
all_say 72 || fail "show-sessions of silent ones that have said 72 bytes: $(sums)"

# the test service closes them while they are silent
ns test nginx -c "$T/test/nginx.conf" -e "$T/test/error.log" -s reload
wait_for 20 "the test service's close to be acknowledged" closed
silent "closed by the test service"
again "closed ones"
wait_for 15 "the third requests on the test host" copied $((3 * N))
[ "$(stat end_server_closed) $(stat reopened) $(stat sessions)" = "$N $N $N" ] || fail "not all were begun anew: $(ctl online -p show-stats)"
silent "begun anew"
same_logs $((3 * N))

# silent ones are reset with their target
ctl online del-target all >/dev/null || fail "del-target"
wait_for 15 "no connection on the test host" none_left
[ "$(used)" = 0 ] || fail "without sessions memory is $(used) bytes"
ghosts_none
