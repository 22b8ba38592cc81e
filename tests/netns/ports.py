#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""A connection from each of a range of ports: ports.py HOST PORT FIRST COUNT /PATH/

Each asks for /PATH/LOCALPORT once, and must be answered 200. Prints the number.
"""
import socket
import sys

host, port, first, count, path = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
EACH = 50
family = socket.AF_INET6 if ':' in host else socket.AF_INET
done = 0
for start in range(first, first + count, EACH):
    batch = []
    for local in range(start, min(start + EACH, first + count)):
        sock = socket.socket(family)
        sock.settimeout(60)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(('', local))
        sock.connect((host, port))
        sock.sendall(b'GET %s%d HTTP/1.0\r\n\r\n' % (path.encode(), local))
        batch.append((local, sock))
    for local, sock in batch:
        answer = b''
        while part := sock.recv(4096):
            answer += part
        sock.close()
        if b' 200 ' not in answer.split(b'\n')[0]:
            sys.exit('port %d: %r' % (local, answer[:80]))
        done += 1
print(done)
