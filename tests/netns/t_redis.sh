#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Redis: single and pipelined commands over concurrent connections, on keys of their own and, where the
# order does not matter, on shared ones; then DEBUG DIGEST says the same of both servers.
# timeout: 240
. "$TCOPY_TOP/tests/netns/lib.sh"
. "$TCOPY_TOP/tests/netns/services.sh"

redis_up() {
	mkdir "$T/$1"
	serve "$1" root redis-server --port 6379 --bind "$(addr "$1")" --protected-mode no --save '' --dir "$T/$1" \
		--unixsocket "$T/$1/sock" --enable-debug-command yes
	wait_for 20 "redis in $1" redis-cli -s "$T/$1/sock" ping
}
digest() { redis-cli -s "$T/$1/sock" debug digest && redis-cli -s "$T/$1/sock" dbsize; }

need_tcopy
lab_up
redis_up online
redis_up test
service_copying 6379
clients python3 "$SERVICES" redis "$(addr online)" 6379 5
# the answer to an increment of a shared counter may have a digit less on the test server
copied_cleanly 5 pace_quiet
same_state 20 digest
[ "$(tail -1 "$T/online.state")" -gt 100 ] || fail "redis holds only $(tail -1 "$T/online.state") keys"
