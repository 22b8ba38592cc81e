#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Holds HTTP connections open: hold.py SRC DST PORT N [SPORT [DEVICE]]

Their ports are SPORT and those behind it. Each has made one request when "held N" is printed. At every
line of stdin each makes another one, and "alive N dead M" is printed.
"""
import socket
import sys


def request(sock):
    try:
        sock.sendall(b'GET /s/held HTTP/1.1\r\nHost: held\r\n\r\n')
        data = b''
        while not data.endswith(b'a small answer\n'):
            more = sock.recv(65536)
            if not more:
                return False
            data += more
        return True
    except OSError:
        return False


src, dst, port, n = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
socks = []
for i in range(n):
    sock = socket.socket(socket.AF_INET6 if ':' in dst else socket.AF_INET)
    sock.settimeout(60)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if len(sys.argv) > 6:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, sys.argv[6].encode())
    sock.bind((src, int(sys.argv[5]) + i if len(sys.argv) > 5 else 0))
    sock.connect((dst, port))
    if not request(sock):
        sys.exit('no answer')
    socks.append(sock)
print('held', n, flush=True)
for line in sys.stdin:
    alive = [request(sock) for sock in socks]
    print('alive', sum(alive), 'dead', n - sum(alive), flush=True)
