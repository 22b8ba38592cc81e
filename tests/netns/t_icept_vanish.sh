#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# An online host vanishes without a word (its cable is pulled): the test host aborts the sockets of its
# copies, and nobody else's; a relay that starts anew aborts none.
# timeout: 240
# when: all
. "$TCOPY_TOP/tests/netns/lib.sh"
. "$TCOPY_TOP/tests/netns/icept.sh"

need_tcopy
lab_up
# a second online host, and a desk that is passed
IP4+=([online2]=10.1.0.3 [desk]=10.1.0.77) IP6+=([online2]=fd01::3 [desk]=fd01::77)
more online2
more desk

nginx_up online
nginx_up online2
nginx_up test
passed=$(addr desk)
ghosts_start
test_host_up --pass "$passed"
online_host_up
wait_for 15 "state copying" state_is copying
ctl online2 add-target "$(hostport test 80)"
is_copying_2() { ctl online2 -j show-targets | grep -q '"state": *"copying"'; }
wait_for 15 "state copying of the second" is_copying_2

hold passed desk "$passed" "$(addr test)" 80 2
hold stays client "$(addr client)" "$(addr online2)" 80 12
# the load's connections end with their host; these have none to end them
hold goes client "$(addr client)" "$(addr online)" 80 15
wait_for 15 "29 connections on the test host" connections_are test 80 29
(
	for ((i = 0; i < 40; i++)); do
		ns client curl -s -m 3 -o /dev/null -Z --parallel-max 8 "http://$(hostport online 80)/s/load-$i-[1-100]" || true
	done
) >/dev/null 2>&1 &
LAB_PIDS+=($!)
sleep 2
[ "$(connections test 80)" -gt 29 ] || note "$(connections test 80) connections under load"
ip -n net link set online down
wait_for 20 "the vanished host's copies to be aborted" connections_are test 80 14
[ "$(icept_stat aborted)" -ge 15 ] || fail "not counted: $(icept stats)"
note "vanished: $(icept stats)"
held passed "a passed client's connection was aborted"
: >"$T/test/access.log"
held stays "a client of the other online host suffered"
logged() { [ "$(grep -c '^/s/held 200' "$T/test/access.log")" = "$1" ]; }
wait_for 15 "12 requests of the other online host to be copied" logged 12

# a new relay knows nobody's connections, and aborts none
relay_end KILL
relay_start
wait_for 20 "state copying of the second" is_copying_2
sleep $((7 * SLOW))	# longer than the relay waits for a HELLO
connections_are test 80 14 || fail "a relay that restarted aborted live copies: $(connections test 80) are left"
: >"$T/test/access.log"
held stays "a client of the other online host suffered"
wait_for 15 "12 requests to be copied behind the relay's restart" logged 12

# and of the last online host, all, though the relay has heard of none of them
ip -n net link set online2 down
wait_for 20 "the last online host's copies to be aborted" connections_are test 80 2
held passed "a passed client's connection was aborted"
ghosts_none
