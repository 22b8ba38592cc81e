#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# tcopy.ko is unloaded under load: at once, without harm, without orphans on the test server, and
# really unhooked; and loaded again.
. "$TCOPY_TOP/tests/netns/lib.sh"

lab_copying
hooks() { ns online nft list hooks 2>/dev/null | grep -c tcopy || true; }
# Debian's 6.1 cloud kernel cannot list hooks; there the rest of this test has to do.
if grep -q '^CONFIG_NETFILTER_NETLINK_HOOK=[ym]' "/boot/config-$TCOPY_KVER" 2>/dev/null; then
	[ "$(hooks)" -gt 0 ] || fail "no hook is listed while copying: this test would prove nothing"
fi
for i in 1 2 3; do
	load_start 6 32
	sleep 0.5
	timeout $((20 * SLOW)) rmmod tcopy || fail "rmmod tcopy under load"
	grep -q '^tcopy ' /proc/modules && fail "tcopy is still loaded"
	[ "$(hooks)" = 0 ] || fail "a hook is left"
	wait_for 10 "the test server's connections to be reset" no_connections test
	before=$(log_lines test)
	load_end
	[ "$(log_lines test)" = "$before" ] || fail "copied by an unloaded module"
	online_host_up
	wait_for 15 "state copying" state_is copying
done
: >"$T/online/access.log"; : >"$T/test/access.log"
get 1 200 8 /s/
same_logs 200
ghosts_none
