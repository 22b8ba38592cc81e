#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# --hook forward: packets lost in front of the gateway are the client's to repeat; what goes another way for a
# while, or along a flowtable, is missed, noticed, and ends its copy; a service that resets ends it, too; forged
# packets change nothing; unloaded under load.
# when: all
# timeout: 400
. "$TCOPY_TOP/tests/netns/lib.sh"
. "$TCOPY_TOP/tests/netns/wire.sh"
. "$TCOPY_TOP/tests/netns/forward.sh"

counted() { [ "$(stat "$1")" -ge "$2" ]; }

forward_up
# what says that a forged fragment has waited in vain is no ghost
for n in online inner; do ns $n sysctl -qw net.ipv4.ipfrag_time=600 net.ipv6.ip6frag_time=600; done
segments_only client
bad from-client loss 5%
AT=inner get 1 200 8 /s/
AT=inner get 201 240 8 /s/ -H 'Connection: close'
AT=inner put 1048576 2 2 1m
same_logs 242 120
same_uploads 2
good from-client
wait_for 60 "the copies to end" no_sessions
no_end
sheet_ok

# forged RSTs, SYNs, payload and FINs of a live connection
raw hijack "$(addr client)" "$(addr inner)" 80 25 >"$T/hijack" 2>&1 || fail "hijack: $(tail -1 "$T/hijack")"
note "$(tail -1 "$T/hijack")"
same_logs 267 60
wait_for 60 "the copies to end" no_sessions
no_end
sheet_ok

# the client's packets go another way from its second request on: production acknowledges what nobody captured
other=$(v 10.1.0.20 fd01::20)
ip link add eth1 netns inner type veth peer name inner1 netns net
ip -n net link set inner1 master br0 up
ns inner sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.eth1.rp_filter=0 net.ipv6.conf.eth1.accept_dad=0
# shellcheck disable=SC2046	# words
ip -n inner addr add "$other/$(v 32 128)" dev eth1 $(v "" nodad)
ip -n inner link set eth1 up
ip netns exec client /usr/bin/python3 "$TOP/tests/netns/steady.py" "$(addr inner)" 80 4 12 1 /s/other- >"$T/steady.out" 2>"$T/steady.err" &
steady=$!
LAB_PIDS+=($steady)
wait_for 30 "the lasting connections" grep -q begun "$T/steady.out"
wait_for 10 "4 sessions" sh -c "[ \$('$CTL' -n online -j show-stats | tr -d ' \n' | sed 's/.*\"sessions\":\([0-9]*\).*/\1/') = 4 ]"
ip -n client -"$FAMILY" neigh replace "$other" lladdr "$(ns inner cat /sys/class/net/eth1/address)" dev eth0
ip -n client -"$FAMILY" route add "$other" dev eth0
ip -n client -"$FAMILY" route replace "$(v 10.2.0.0/24 fd02::/64)" via "$other"
wait_for 20 "the missed bytes to be noticed" counted end_gap 4
ip -n client -"$FAMILY" route replace "$(v 10.2.0.0/24 fd02::/64)" via "$(addr online)"
wait $steady || fail "a lasting connection failed: $(head -1 "$T/steady.err")"
wait_for 60 "the copies to end" no_sessions
sheet_ok

# production resets: its client's copy ends as well
nginx -s stop -c "$T/inner/nginx.conf" -e "$T/inner/error.log"
ns inner /usr/bin/python3 - 80 <<'PY' &
import socket, struct, sys, time
l = socket.create_server(('::', 80), family=socket.AF_INET6, dualstack_ipv6=True)
print('up', flush=True)
while True:
    s, _ = l.accept()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    s.recv(1000)
    s.close()
PY
LAB_PIDS+=($!)
wait_for 10 "the service that resets" sh -c "ss -N inner -tlnH | grep -q :80"
closed=$(stat closed) opened=$(stat opened)
for i in 1 2 3; do ns client curl -s -m 5 "http://$(hostport inner 80)/s/reset-$i" && fail "there is an answer"; done
wait_for 10 "the copies to end" closed $((closed + 3))
[ "$(stat opened)" = $((opened + 3)) ] || fail "$(($(stat opened) - opened)) connections were copied, not 3"
wait_for 20 "the copies to be forgotten" no_sessions
sheet_ok
for p in $(ip netns pids inner); do kill "$p" 2>/dev/null || true; done
sleep 0.5
nginx_up inner

# a flowtable takes established connections over: their copies end when the gateway sees them again
if ns online nft -f - 2>"$T/nft" <<NFT
table inet fast {
	flowtable ft { hook ingress priority 0; devices = { eth0, br1 }; }
	chain forward { type filter hook forward priority 0; ct state established tcp dport 80 flow add @ft; };
}
NFT
then
	ended=$(stat end_gap)
	AT=inner get 1001 1040 4 /s/
	wait_for 60 "the copies to end" no_sessions
	note "with a flowtable: end_gap $(($(stat end_gap) - ended)), $(log_all test | grep -c /s/10) of 40 requests copied"
	sheet_ok
	[ "$(stat end_gap)" -gt 0 ] || fail "no copy ended by a gap"
	doctor_finds online flowtable "target 1"
	ns online nft delete table inet fast
	doctor_lacks online flowtable || fail "doctor finds a flowtable that is gone"
else
	note "no flowtables here: $(head -1 "$T/nft")"
fi

for i in 1 2; do
	AT=inner load_start 5 16
	sleep 0.5
	timeout $((20 * SLOW)) rmmod tcopy || fail "rmmod tcopy under load"
	wait_for 10 "the test server's connections to be reset" no_connections test
	AT=inner load_end
	online_host_up --from "$(hostport inner 80)" --hook forward
	wait_for 15 "state copying" state_is copying
done
logs_clear inner test
AT=inner get 2001 2100 8 /s/
same_logs 100
ghosts_none
