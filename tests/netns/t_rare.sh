#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Connections that are rarely used: keep-alive probes of the test server are answered, probes of either side keep a
# copy past --idle, and the next request is copied as ever; without any the copy ends by --idle.
# timeout: 200
# when: all
. "$TCOPY_TOP/tests/netns/lib.sh"
. "$TCOPY_TOP/tests/netns/wire.sh"

# probing OPTION...: options of the test server's listening sockets
probing() {
	sed -i -E "s/^(\t\tlisten [^ ]*) .*/\1 backlog=4096 $*;/" "$T/test/nginx.conf"
	ns test nginx -c "$T/test/nginx.conf" -e "$T/test/error.log" -s stop
	wait_for 10 "nginx to stop" no_listener
	ns test nginx -c "$T/test/nginx.conf" -e "$T/test/error.log" || fail "nginx does not start"
}
no_listener() { [ -z "$(ss -N test -tlnH 'sport = :80')" ]; }
# rare NAME PAUSE PROBED SILENT: connections that probe, and some that do not, make a request, and one more after a pause
rare() {
	ip netns exec client python3 - "$(addr online)" "$@" >"$T/rare.$1" 2>&1 <<'PY' &
import socket, sys, time
host, name, pause, probed, silent = sys.argv[1], sys.argv[2], *map(int, sys.argv[3:])
socks = []
for i in range(probed + silent):
    s = socket.socket(socket.AF_INET6 if ':' in host else socket.AF_INET)
    s.settimeout(60)
    if i < probed:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, 1)
        s.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, 1)
    s.connect((host, 80))
    socks.append(s)
for round in range(2):
    for i, s in enumerate(socks):
        s.sendall(b'GET /s/%s-%s-%d-%d HTTP/1.1\r\nHost: a\r\n\r\n' %
                  (name.encode(), b'probed' if i < probed else b'silent', i, round))
        data = b''
        while not data.endswith(b'a small answer\n'):
            data += s.recv(4096)
    print('round', round, flush=True)
    if not round:
        time.sleep(pause)
time.sleep(600)
PY
	LAB_PIDS+=($!)
	round_is() { grep -q "round $1" "$T/rare.$name"; }
	name=$1
	wait_for 20 "the first requests of $1" round_is 0
	wait_for 40 "the second requests of $1" round_is 1
}
probes() { ns test nstat -asz TcpExtTCPKeepAlive | awk '/KeepAlive/ { print $2 }'; }
has_had() { [ "$(grep -c "^/s/$1-" "$T/test/access.log")" = "$2" ]; }

need_tcopy
lab_up
nginx_up online
nginx_up test
probing so_keepalive=1s:1s:3
ghosts_start
idle=$((4 * SLOW))
tcopy_up --idle "$idle"
logs_clear online test
rare asked $((2 * idle)) 0 6
wait_for 20 "all requests" has_had asked-silent 12
note "the test server sent $(probes) keep-alive probes"
[ "$(probes)" -ge $((6 * idle)) ] || fail "the test server sent only $(probes) keep-alive probes: this proves nothing"
no_end
ctl online del-target all || fail "del-target all"

probing
online_host_up --idle "$idle"
wait_for 15 "state copying" state_is copying
rare asks $((2 * idle)) 6 6
wait_for 20 "all requests of connections with probes" has_had asks-probed 12
[ "$(stat end_idle)" = 6 ] || fail "$(stat end_idle) copies ended by --idle, not the 6 that were silent"
[ "$(stat picked_up)" = 6 ] || fail "$(stat picked_up) copies were picked up at their second request, not those 6"
no_end end_idle
sheet_ok
ghosts_none
