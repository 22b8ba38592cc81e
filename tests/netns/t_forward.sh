#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# --hook forward on a gateway: keep-alive, a connection a request, uploads, the same on both hosts. What the
# firewall drops is not copied; a service that refuses, and a handshake that nobody answers, begin no copy; a
# client's RST ends its copy. The hook leaves with its last target.
# timeout: 300
. "$TCOPY_TOP/tests/netns/lib.sh"
. "$TCOPY_TOP/tests/netns/forward.sh"

hooks() { ns online nft list hooks 2>/dev/null | sed -n '/hook forward/,/}/p' | grep -c tcopy || true; }

forward_up
two_clients
n=$((100 / SLOW))
AT=inner get 1 $n 1 /s/
AT=inner get $((n + 1)) $((4 * n)) 16 /s/
AT=inner get $((4 * n + 1)) $((6 * n)) 16 /s/ -H 'Connection: close'
AT=inner put 1048576 4 2 1m
AT=inner put 20971520 1 1 20m
same_logs $((6 * n + 5)) 90
same_uploads 5
wait_for 60 "the copies to end" no_sessions
sheet_ok
[ "$(stat opened)" = "$(stat closed)" ] || fail "of $(stat opened) copies $(stat closed) ended as their connections did"

# dropped behind everything else that a firewall has
logs_clear inner test
opened=$(stat opened) matched=$(stat matched)
ns online nft -f - <<NFT
table inet fw { chain late { type filter hook forward priority 300;
	$(v "ip saddr 10.1.0.11" "ip6 saddr fd01::11") drop; }; }
NFT
ns client curl -s -m 3 "${B[@]}" "http://$(hostport inner 80)/s/dropped" && fail "the firewall does not drop"
[ "$(stat matched)" = "$matched" ] || fail "$(($(stat matched) - matched)) packets were matched that the firewall has dropped"
ns online nft delete table inet fw

# a handshake without an answer: the service's host is silent, the client says that it was answered
ns inner nft -f - <<NFT
table inet fw { chain in { type filter hook input priority 0; tcp dport 80 $(v "ip saddr 10.1.0.11" "ip6 saddr fd01::11") drop; }; }
NFT
ns client /usr/bin/python3 - "$TOP/tests/netns" "$(v 10.1.0.11 fd01::11)" "$(addr inner)" <<'PY'
import sys
sys.path.insert(0, sys.argv[1])
import raw
src, dst = raw.pton(sys.argv[2]), raw.pton(sys.argv[3])
out = raw.Out(raw.socket.AF_INET if len(src) == 4 else raw.socket.AF_INET6)
for port in range(2000, 2050):
    out.send(raw.segment(src, dst, port, 80, 1000, 0, raw.SYN, options=b'\2\4\5\xb4'))
    out.send(raw.segment(src, dst, port, 80, 1001, 5001, raw.ACK))
    out.send(raw.segment(src, dst, port, 80, 1001, 5001, raw.ACK | raw.PSH, b'GET /s/silent HTTP/1.0\r\n\r\n'))
PY
wait_for 10 "the packets to be counted" sh -c "[ \$('$CTL' -n online -j show-stats | tr -d ' \n' | sed 's/.*\"matched\":\([0-9]*\).*/\1/') -ge $((matched + 150)) ]"
ns inner nft delete table inet fw

# a service that refuses
nginx -s stop -c "$T/inner/nginx.conf" -e "$T/inner/error.log"
wait_for 10 "the service to end" sh -c "! ip netns exec client curl -s -m 2 'http://$(hostport inner 80)/s/refused'"
ns client curl -s -m 3 "http://$(hostport inner 80)/s/refused" && fail "there is an answer"
[ "$(stat opened)" = "$opened" ] || fail "$(($(stat opened) - opened)) copies began that production has not taken"
nginx_up inner

# a client's RST in the middle of a request: its copy ends as well
opened=$(stat opened) closed=$(stat closed)
ns client /usr/bin/python3 - "$(addr inner)" <<'PY'
import socket, struct, sys, time
for i in range(5):
    s = socket.create_connection((sys.argv[1], 80))
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    s.sendall(b'GET /s/half HTTP/1.1\r\n')
    time.sleep(0.3)
    s.close()
PY
wait_for 20 "the copies to be reset" no_connections test
wait_for 20 "the copies to end" no_sessions
[ "$(stat opened)" = $((opened + 5)) ] || fail "$(($(stat opened) - opened)) connections were copied, not 5"
[ "$(stat closed)" = $((closed + 5)) ] || fail "$(($(stat closed) - closed)) of 5 copies ended by their client's RST"
[ "$(log_lines test)" = "$(log_lines inner)" ] || fail "requests were copied that production has not had"
sheet_ok

# under load; the hooks of forwarded packets go with the last target that wants them
ctl online add-target "$(hostport test 81)" --name input
AT=inner load_start 5 16
sleep 1
if grep -q '^CONFIG_NETFILTER_NETLINK_HOOK=[ym]' "/boot/config-$TCOPY_KVER" 2>/dev/null; then
	[ "$(hooks)" -gt 0 ] || fail "no hook is listed: this test would prove nothing"
fi
ctl online del-target 1 || fail "del-target under load"
[ "$(hooks)" = 0 ] || fail "a hook is left"
AT=inner load_end
wait_for 20 "the test server's connections to be reset" no_connections test
ghosts_none
