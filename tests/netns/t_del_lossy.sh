#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copies are lost on their way, the resets of a removed target too: the test server keeps no connection
# of a copy all the same.
# timeout: 300
# when: all
. "$TCOPY_TOP/tests/netns/lib.sh"

lab_copying
for _ in 1 2 3; do
	# keep-alive connections, most of them idle when the target goes
	load_start $((8 * SLOW)) 64
	tc -n net qdisc add dev test root netem loss 5% limit 10000 || fail "tc"
	connections() { ss -N test -tanH state connected exclude time-wait "sport = :80" | wc -l; }
	enough() { [ "$(connections)" -ge 32 ]; }
	wait_for 10 "32 copies on the test server" enough
	n=$(connections)
	ctl online del-target all || fail "del-target all"
	wait_for 10 "the test server's $n connections to be reset" no_connections test
	note "$n connections were reset"
	tc -n net qdisc del dev test root
	load_end
	online_host_up
	wait_for 15 "state copying" state_is copying
done
logs_clear online test
get 1 200 8 /s/
same_logs 200
ghosts_none
