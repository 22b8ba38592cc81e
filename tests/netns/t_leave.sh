#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The test server leaves first, while the clients go on: it closes or resets a connection behind some answers,
# or when that was idle. The next request goes to a new connection: both logs hold the same requests, in
# their order, but for those that a server takes along when it closes.
# when: all
# timeout: 400
. "$TCOPY_TOP/tests/netns/lib.sh"
. "$TCOPY_TOP/tests/netns/wire.sh"

nginx_with() {	# DIRECTIVE...: on the test host
	sed -i -E "s/^(\tkeepalive_requests) .*/\t$*/" "$T/test/nginx.conf"
	ns test nginx -c "$T/test/nginx.conf" -e "$T/test/error.log" -s reload || fail "nginx does not reload"
}
# left COUNTER MIN: that many copies ended so, and each went on
left() {
	tell end_server_closed end_reset reopened picked_up pace_quiet pace_timeout ended
	[ "$(stat reopened)" -ge "$2" ] || fail "only $(stat reopened) copies were reopened, not $2"
	[ $(($(stat end_server_closed) + $(stat end_reset))) -ge "$2" ] || fail "no copies ended"
	no_end end_server_closed end_reset
	[ "$(stat picked_up)" = 0 ] || fail "picked_up is $(stat picked_up)"
	wait_for 30 "the copies to end" no_sessions
	sheet_exact
	ctl online reset-stats
}

# What a server has acknowledged, and not read before it closed, is lost with it: of some requests that met it
# right then. None comes twice, none is out of order.
nearly_same() {
	! diff <(steady_log online) <(steady_log test) | grep -q '^>' &&
		[ "$(steady_log test | wc -l)" -ge $(($(steady_log online | wc -l) * 95 / 100)) ]
}

# An answer that says "close" is shorter than production's: the next request waits for its end, but not for
# ever, and a server on a kernel with checkers may close later than that: what it had not read is lost then.
five_same() {
	if [ "$SLOW" = 1 ]; then steady_same 30; else wait_for 30 "the requests of lasting connections in the test server's log" nearly_same; fi
}

lab_copying
nginx_with 'keepalive_requests 5; keepalive_timeout 600s;'
get 1 100 8 /s/
if [ "$SLOW" = 1 ]; then
	same_logs 100
else
	wait_for 30 "95 of 100 requests" eval '[ "$(log_lines test)" -ge 95 ]'
	[ -z "$(comm -13 <(log_key online) <(log_key test))" ] || fail "requests that nobody made, or twice"
fi
logs_clear online test
steady_start 8 4 0.02 /s/five-
steady_end
five_same
left end_server_closed 10

nginx_with 'keepalive_requests 1000000; keepalive_timeout 1s;'
logs_clear online test
steady_start 6 5 1.5 /s/idle-
steady_end
steady_same 30
left end_server_closed 6

ns test nginx -c "$T/test/nginx.conf" -e "$T/test/error.log" -s stop
wait_for 20 "the port to be free" eval '! ss -N test -tlnH "sport = :80" | grep -q .'
for how in rst fin; do
	logs_clear online test
	ip netns exec test /usr/bin/python3 "$TOP/tests/netns/leaver.py" 80 "$T/test/access.log" 3 $how &
	LEAVER=$!
	LAB_PIDS+=($LEAVER)
	wait_for 20 "the server that leaves" eval 'ss -N test -tlnH "sport = :80" | grep -q .'
	steady_start 8 4 0.05 "/s/$how-"
	steady_end
	wait_for 30 "the requests of lasting connections in the test server's log ($(steady_log test | wc -l) are)" nearly_same
	note "$(steady_log test | wc -l) requests of $(steady_log online | wc -l) came to a server that leaves by $how"
	left end_reset 10
	kill $LEAVER
	wait $LEAVER 2>/dev/null || true
done
ghosts_none
