#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Redis connections older than the target, with pipelines of many commands: the bytes from the pick-up on are
# the same, and begin with a command. A second target, added while the first is copying, picks up what has a
# copy already.
# timeout: 240
# when: all
. "$TCOPY_TOP/tests/netns/lib.sh"
. "$TCOPY_TOP/tests/netns/services.sh"
. "$TCOPY_TOP/tests/netns/wire.sh"
. "$TCOPY_TOP/tests/netns/older.sh"

need_tcopy
lab_up
for n in online test; do
	mkdir -p "$T/$n"
	for port in 6379 6380; do
		[ $n$port != online6380 ] || continue
		serve $n root redis-server --port $port --bind "$(addr $n)" --protected-mode no --save '' --dir "$T/$n" --unixsocket "$T/$n/sock.$port"
		wait_for 20 "redis in $n" redis-cli -s "$T/$n/sock.$port" ping
	done
done
service_copying 6379
ctl test add-intercept 6380
older_start redis 6379 12 12
ctl online add-target "$(hostport test 6380)" --from 6379 --name second
TARGET=second
wait_for 15 "state copying of the second target" state_is copying
older_go
older_end
unset TARGET
wait_for 60 "the copies to end" no_sessions
sizes() { redis-cli -s "$1" --raw eval "local n = 0 for _, k in ipairs(redis.call('keys', '*')) do n = n + redis.call('strlen', k) end return n" 0; }
wait_for 20 "the first test server to have what the online server has" eval '[ "$(sizes "$T/online/sock.6379")" = "$(sizes "$T/test/sock.6379")" ]'
[ "$(TARGET=second stat picked_up)" = 12 ] || fail "the second target has picked up $(TARGET=second stat picked_up) of 12 connections"
# the rest of the three requests that had begun
[ "$(TARGET=second stat no_session)" = 3 ] || fail "the second target has missed $(TARGET=second stat no_session) packets, not 3"
note "$(sizes "$T/test/sock.6379") bytes at the first, $(sizes "$T/test/sock.6380") at the second, which missed what was before"
no_end
sheet_exact
ctl online del-target all

# a target alone
streams_start
older_start redis 6379 12 12
online_host_up
wait_for 15 "state copying" state_is copying
older_go
older_end
wait_for 60 "the copies to end" no_sessions
streams_equal --begins '[*]3\r\n' --min 12
tell picked_up no_session
[ "$(stat picked_up)" = 12 ] || fail "$(stat picked_up) of 12 connections were picked up"
no_end
sheet_exact
ghosts_none
