#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# memcached: commands that are answered and commands that are not (noreply), single and pipelined, over
# concurrent connections; then both servers hold the same keys with the same values.
# timeout: 240
# when: all
. "$TCOPY_TOP/tests/netns/lib.sh"
. "$TCOPY_TOP/tests/netns/services.sh"

memcached_up() {
	mkdir "$T/$1"
	serve "$1" root memcached -u root -p 11211 -U 0 -l "$(addr "$1")" -t 2
	wait_for 20 "memcached in $1" bash -c "[ -n \"\$(ss -N $1 -tlnH 'sport = :11211')\" ]"
}
dump() { ns "$1" python3 "$SERVICES" memcached-dump "$(addr "$1")" 11211 6; }

need_tcopy
lab_up
memcached_up online
memcached_up test
service_copying 11211
clients python3 "$SERVICES" memcached "$(addr online)" 11211 6
copied_cleanly 6
same_state 20 dump
[ "$(wc -l <"$T/online.state")" -gt 150 ] || fail "memcached holds only $(wc -l <"$T/online.state") keys"
