#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copies are lost on their way, the resets of a removed target too: the test server keeps no connection
# of a copy all the same, busy or idle.
# timeout: 300
# when: all
. "$TCOPY_TOP/tests/netns/lib.sh"
. "$TCOPY_TOP/tests/netns/icept.sh"

copies() { ss -N test -tanH state connected exclude time-wait "sport = :80" | wc -l; }
enough() { [ "$(copies)" -ge "$1" ]; }
# gone COMMAND...: what COMMAND leaves of the test server's connections, when $TARGET goes and copies are lost
gone() {
	local n
	tc -n net qdisc add dev test root netem loss 5% limit 10000 || fail "tc"
	"$@"
	n=$(copies)
	ctl online del-target "$TARGET" || fail "del-target $TARGET"
	wait_for 10 "the test server's $n connections to be reset" no_connections test
	note "$n connections were reset"
	tc -n net qdisc del dev test root
}

lab_copying
for _ in 1 2; do
	load_start $((8 * SLOW)) 64
	TARGET=all gone wait_for 10 "32 copies on the test server" enough 32
	load_end
	online_host_up
	wait_for 15 "state copying" state_is copying
done
# A busy server says something that is answered with another RST, an idle one does not; and while another
# target keeps the relay, nobody but the online host resets anything
ctl online del-target all || fail "del-target all"
online_host_up --name goes
PORT=81 online_host_up --name stays
TARGET=goes wait_for 15 "state copying" state_is copying
hold idle client "$(addr client)" "$(addr online)" 80 150
wait_for 10 "150 copies on the test server" enough 150
TARGET=goes gone true
held idle "a client's connection suffered"
ctl online del-target all || fail "del-target all"
online_host_up
wait_for 15 "state copying" state_is copying
logs_clear online test
get 1 200 8 /s/
same_logs 200
ghosts_none
