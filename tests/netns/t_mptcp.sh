#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# MPTCP where production really speaks it is not copied, and counted; plain clients of the same server are
# copied, and so is a client that asks for MPTCP and is not understood.
# when: all
. "$TCOPY_TOP/tests/netns/lib.sh"
. "$TCOPY_TOP/tests/netns/wire.sh"

need_tcopy
lab_up
nginx_up test
[ "$(ns online sysctl -n net.mptcp.enabled 2>/dev/null)" = 1 ] || skip "this kernel has no MPTCP"
mkdir -p "$T/online"
ip netns exec online /usr/bin/python3 "$WIRE/speak.py" serve "$(addr online)" 80 "$T/online/access.log" >"$T/speak.log" 2>&1 &
SPEAK=$!
LAB_PIDS+=($SPEAK)
wait_for 20 "the MPTCP server" ns client curl -s -o /dev/null -m 5 "http://$(hostport online 80)/s/0"
ghosts_start
tcopy_up
ns client /usr/bin/python3 "$WIRE/speak.py" get "$(addr online)" 80 20 || fail "an MPTCP client's request failed"
[ "$(stat mptcp)" -ge 2 ] || fail "mptcp is $(stat mptcp), not 2 or more"
[ "$(stat opened)" = 0 ] || fail "an MPTCP connection was copied"
get 1 100 8 /s/
[ "$(stat opened)" -gt 0 ] || fail "plain TCP to a server that speaks MPTCP is not copied"
wait_for 30 "100 requests at the test server" eval '[ "$(log_lines test)" = 100 ]'
[ "$(ns client nstat -asz MPTcpExtMPCapableSYNTX MPTcpExtMPCapableSYNACKRX | awk '$2 > 0' | grep -c MPCapable)" = 2 ] ||
	fail "the client and the server did not speak MPTCP"
kill $SPEAK; wait $SPEAK || true
copies_done
: >"$T/test/access.log"
rm -f "$T/online/access.log"

nginx_up online
wait_for 20 "the copy of the request that waited for nginx" test -s "$T/test/access.log"
: >"$T/test/access.log"
before=$(stat mptcp)
ns client /usr/bin/python3 "$WIRE/speak.py" get "$(addr online)" 80 20 || fail "an MPTCP client's request to nginx failed"
[ "$(stat mptcp)" = "$before" ] || fail "a connection that fell back to TCP was not copied"
same_logs 40
no_end
sheet_exact
ghosts_none
