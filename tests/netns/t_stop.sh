#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# del-target, del-intercept and stop under load, host by host: no ghost from before the first target to
# after the last stop, no orphan, and both modules leave.
# kernel: 6.1
. "$TCOPY_TOP/tests/netns/lib.sh"

lab_copying
load_start 8 16
ctl online del-target all || fail "del-target all"
[ "$(ctl online -j show-targets | tr -d ' \n')" = '[]' ] || fail "a target is left: $(ctl online -j show-targets)"
wait_for 10 "the test server's connections to be reset" no_connections test
load_end

online_host_up
wait_for 15 "state copying" state_is copying
load_start 8 16
ctl online stop || fail "stop on the online host"
wait_for 10 "the test server's connections to be reset" no_connections test
load_end

# the test host first, while the online host still copies
online_host_up
wait_for 15 "state copying" state_is copying
load_start 8 16
begin=$SECONDS
ctl test stop || fail "stop on the test host"
wait_for 10 "the intercept to drain" no_intercepts
note "drained in $((SECONDS - begin)) s"
load_end
state_is_not copying || fail "still copying to a test host that stopped"
[ "$(ss -N test -tanH state established "sport = :80" | wc -l)" = 0 ] || fail "orphans on the test server"
ctl online stop || fail "stop on the online host"
rmmod tcopy || fail "rmmod tcopy"
ghosts_none
timeout $((20 * SLOW)) rmmod tcopy_intercept || fail "rmmod tcopy_intercept"
