#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A client uses its port again while the copy of the connection before waits for a slow test server: the new
# connection is copied whole. So is the last of several that follow each other faster than a copy can be opened;
# what was not sent of those before is counted.
# when: all
. "$TCOPY_TOP/tests/netns/lib.sh"

# again FIRST PAUSE: three connections from each of 16 ports, one after the other
again() {
	ip netns exec client python3 - "$(addr online)" "$1" "$2" <<'PY' || fail "the client's connections"
import socket, struct, sys, time
family = socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET
first = int(sys.argv[2])
pause = float(sys.argv[3])
names = 'first', 'second', 'third'
ports = range(first, first + 16)
# with a pause, one round of all ports after the other; without, one port after the other
for one in names if pause else ports:
    for other in ports if pause else names:
        name, port = (one, other) if pause else (other, one)
        s = socket.socket(family)
        s.settimeout(60)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        # closed by a RST: the port is free at once, on both sides
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
        s.bind(('', port))
        s.connect((sys.argv[1], 80))
        s.sendall(b'GET /s/%s-%d HTTP/1.1\r\nHost: a\r\n\r\n' % (name.encode(), port))
        data = b''
        while not data.endswith(b'a small answer\n'):
            more = s.recv(65536)
            if not more:
                sys.exit('no answer')
            data += more
        s.close()
    time.sleep(pause)
PY
}
has_had() { grep -q "^/s/$1 " "$T/test/access.log"; }
once() {	# NAME FIRST: the test server has had it from each of 16 ports, once
	local port
	for ((port = $2; port < $2 + 16; port++)); do
		wait_for 60 "the test server's /s/$1-$port" has_had "$1-$port"
		[ "$(grep -c "^/s/$1-$port " "$T/test/access.log")" = 1 ] || fail "the test server has had /s/$1-$port several times"
	done
}

# The copy of a client that reset its connection waits 3 s for an answer, whatever the kernel: a second for its
# handshake leaves two for the other ports.
lab_copying '' $((3 * SLOW))
again 21000 1
for name in first second third; do once $name 21000; done
note "$(stat end_reused) copies were still waiting when their port was used again"
[ "$(stat end_reused)" = 32 ] || fail "only $(stat end_reused) ports of 32 were used again in time: this proves nothing"
[ "$(stat opened)" = 48 ] || fail "$(stat opened) copies were opened, not 48"
again 22000 0
once third 22000
wait_for 60 "the copies' end" no_connections test
sheet_ok
ghosts_none
