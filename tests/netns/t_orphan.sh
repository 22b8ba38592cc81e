#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The online host forgets its copies without a word that arrives (a crash, a lost RST): the test server
# talks to nobody, and the next module on that host resets what it hears of.
# timeout: 200
# when: all
. "$TCOPY_TOP/tests/netns/lib.sh"

lab_copying '' $((6 * SLOW))
load_start $((4 * SLOW)) 8
connected() { [ "$(ss -N test -tanH state established "sport = :80" | wc -l)" -ge 8 ]; }
wait_for 10 "copies on the test server" connected
# nothing more is heard of them, not even their resets
ip netns exec test nft -f - <<<'table inet cut { chain in { type filter hook input priority 0; tcp dport 80 drop; }; }' || fail "nft"
# a relay would be told that the module leaves, and have its copies aborted; the next one knows of none
relay_end KILL
rmmod tcopy || fail "rmmod tcopy"
ns test nft delete table inet cut
connected || fail "the test server has no orphans: this test would prove nothing"
load_end
orphans=$(ss -N test -tanH state connected exclude time-wait "sport = :80" | wc -l)

relay_start
online_host_up
wait_for 15 "state copying" state_is copying
# each answers its request at last, to nobody; and repeats that
wait_for 60 "the orphans to be reset" no_connections test
n=$(stat orphan_rsts)
note "$orphans orphans, $n resets"
[ "$n" -ge "$orphans" ] || fail "$n resets for $orphans orphans"
ctl online del-target all
ghosts_none
