#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# --hook forward with what few gateways carry: fragments that conntrack puts together, and such that nobody does
# (counted, and the end of their copies); MPTCP, which is not copied; what a bridge switches and br_netfilter
# shows. A copy whose client has vanished ends by --idle.
# when: all
# timeout: 400
. "$TCOPY_TOP/tests/netns/lib.sh"
. "$TCOPY_TOP/tests/netns/wire.sh"
. "$TCOPY_TOP/tests/netns/forward.sh"

# in front of whoever puts them together
fragments() { ns online nft list chain inet seen raw | sed -n 's/.*counter packets \([0-9]*\).*/\1/p'; }
counted() { [ "$(stat "$1")" -ge "$2" ]; }

need_tcopy
lab_up
gateway_up
ip -n test -"$FAMILY" route add "$(v 10.2.0.0/24 fd02::/64)" via "$(addr online)"
ns online nft -f - <<NFT || skip "no conntrack"
table inet track { chain pre { type filter hook prerouting priority 0; ct state invalid counter; }; }
NFT
ns online nft -f - <<NFT
table inet seen { chain raw { type filter hook prerouting priority -450;
	$(v 'ip frag-off & 0x3fff != 0' 'exthdr frag exists') counter; }; }
NFT
nginx_up inner
nginx_up test
ghosts_start
tcopy_up --from "$(hostport inner 80)" --hook forward --idle 10

# put together in front of the hook
AT=inner box_up --fragment 600
AT=inner put 524288 2 2 whole
AT=inner get 1 50 4 /s/ -H 'Connection: close'
same_logs 52 60
same_uploads 2
wait_for 60 "the copies to end" no_sessions
no_end
[ "$(stat fragment)" = 0 ] || fail "$(stat fragment) fragments were counted"
[ "$(fragments)" -gt 100 ] || fail "$(fragments) fragments went by: this would prove nothing"
sheet_exact

# nobody does
ns online nft delete table inet track
AT=inner put 524288 2 2 parts
wait_for 60 "the copies to end" no_sessions
counted fragment 100 || fail "only $(stat fragment) fragments were counted"
tell fragment end_gap
sheet_exact
box_down
AT=inner get 51 100 4 /s/
wait_for 30 "the copies of whole packets" eval '[ "$(log_all test | grep -cE "^/s/(5[1-9]|[6-9].|100) ")" = 50 ]'
wait_for 60 "the copies to end" no_sessions

# MPTCP
if [ "$(ns inner sysctl -n net.mptcp.enabled 2>/dev/null)" = 1 ]; then
	ip netns exec inner /usr/bin/python3 "$WIRE/speak.py" serve "$(addr inner)" 8080 "$T/inner/speak.log" >"$T/speak.log" 2>&1 &
	LAB_PIDS+=($!)
	wait_for 20 "the MPTCP server" ns client curl -s -o /dev/null -m 5 "http://$(hostport inner 8080)/s/0"
	ctl online add-target "$(hostport test 80)" --from "$(hostport inner 8080)" --hook forward --name mptcp
	TARGET=mptcp wait_for 15 "state copying" state_is copying
	ns client /usr/bin/python3 "$WIRE/speak.py" get "$(addr inner)" 8080 20 || fail "an MPTCP client's request failed"
	[ "$(TARGET=mptcp stat mptcp)" -ge 2 ] || fail "mptcp is $(TARGET=mptcp stat mptcp), not 2 or more"
	[ "$(TARGET=mptcp stat opened)" = 0 ] || fail "an MPTCP connection was copied"
	PORT=8080 AT=inner get 1 20 4 /s/plain-
	[ "$(TARGET=mptcp stat opened)" -gt 0 ] || fail "plain TCP to a server that speaks MPTCP is not copied"
	wait_for 30 "20 requests at the test server" eval '[ "$(log_all test | grep -c /s/plain-)" = 20 ]'
	ctl online del-target mptcp
else
	note "this kernel has no MPTCP"
fi

# a client behind the same bridge as the service
if modprobe br_netfilter 2>/dev/null; then
	behind near 4
	ns online sysctl -qw net.bridge.bridge-nf-call-iptables=1 net.bridge.bridge-nf-call-ip6tables=1
	logs_clear inner test
	opened=$(stat opened)
	ns near curl -sS -Z --parallel-max 4 -m 60 -o /dev/null "http://$(hostport inner 80)/s/switched-[1-100]" || fail "a switched request failed"
	head -c 1048576 /dev/zero | ns near curl -sS -m 60 -o /dev/null -T - "http://$(hostport inner 80)/up/switched" || fail "a switched upload failed"
	same_logs 101 60
	[ "$(stat opened)" -gt "$opened" ] || fail "nothing was copied of what br_netfilter shows"
	wait_for 60 "the copies to end" no_sessions
	sheet_exact
else
	note "no br_netfilter here"
fi

# a client that says nothing any more, not even that it ends
idle=$(stat end_idle)
steady_silent() { ns client /usr/bin/python3 - "$(addr inner)" <<'PY'
import http.client, sys, time
c = http.client.HTTPConnection(sys.argv[1], 80)
c.request('GET', '/s/vanishes')
c.getresponse().read()
print('answered', flush=True)
time.sleep(1000)
PY
}
steady_silent >"$T/silent.out" 2>&1 &
LAB_PIDS+=($!)
wait_for 30 "its request" grep -q answered "$T/silent.out"
wait_for 40 "its copy to end by --idle" counted end_idle $((idle + 1))
wait_for 20 "the test server's connection to be reset" no_connections test
sheet_exact
ghosts_none
