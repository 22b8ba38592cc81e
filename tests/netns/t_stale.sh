#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Connections that were left on the test server stand in the way of new ones from the same ports: they are reset,
# and the new ones are copied whole, whatever the sequence numbers of the old ones were.
# when: all
# timeout: 150
. "$TCOPY_TOP/tests/netns/lib.sh"

stale_n() { ss -N test -tanH state established 'sport = :80' | wc -l; }
stale_is() { [ "$(stale_n)" = 12 ]; }

lab_copying
ip netns exec client python3 - "$(addr online)" >"$T/hold" 2>&1 <<'PY' &
import socket, struct, sys, time
socks = []
for port in range(21000, 21012):
    s = socket.socket(socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    s.bind(('', port))
    s.connect((sys.argv[1], 80))
    s.sendall(b'GET /s/old-%d HTTP/1.1\r\nHost: a\r\n\r\n' % port)
    s.recv(4096)
    socks.append(s)
print('open', flush=True)
time.sleep(600)
PY
holder=$!
LAB_PIDS+=($holder)
wait_for 20 "12 connections" grep -q open "$T/hold"
same_logs 12
# their end does not reach the test server
ip netns exec test nft -f - <<<'table inet cut { chain in { type filter hook input priority 0; tcp dport 80 tcp flags & (rst | fin) != 0 drop; }; }' || fail "nft"
kill $holder
wait $holder 2>/dev/null || true
# another target stays: without any the test host would abort them
ctl online add-target "$(hostport test 80)" --from 81 --name other >/dev/null || fail "add-target"
ctl online del-target 1 || fail "del-target"
stale_is || fail "$(stale_n) stale connections, not 12"
ns test nft delete table inet cut
logs_clear online test
online_host_up --name web
TARGET=web
wait_for 15 "state copying" state_is copying
stale_is || fail "the stale connections went by themselves: this proves nothing"
for ((port = 21000; port < 21012; port++)); do get $port $port 1 /s/new- --local-port $port -H 'Connection: close'; done
same_logs 12 40
[ "$(stat bytes)" -lt 10000 ] || fail "bytes is $(stat bytes): what was never sent is counted"
sheet_ok
wait_for 30 "the copies' end" no_connections test
ghosts_none
