#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Connections whose packets come by two CPUs: hop.py DST PORT N

Each of N connections has made one request when "open N" is printed. From the first line of stdin until its end they
make others, the first half of each from CPU 0 and the second from CPU 1; then "answered M" is printed.
"""
import os
import select
import socket
import sys


def answer(sock):
    data = b""
    while not data.endswith(b"a small answer\n"):
        more = sock.recv(65536)
        if not more:
            sys.exit("the connection was closed")
        data += more


def halves(sock, path):
    os.sched_setaffinity(0, {0})
    sock.sendall(b"GET /s/%s HTTP/1.1\r\n" % path)
    os.sched_setaffinity(0, {1})
    sock.sendall(b"Host: hop\r\n\r\n")


dst, port, n = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
socks = []
for i in range(n):
    s = socket.create_connection((dst, port), timeout=60)
    s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    halves(s, b"open%d" % i)
    answer(s)
    socks.append(s)
print("open", n, flush=True)
sys.stdin.readline()
turn = 0
while not select.select([sys.stdin], [], [], 0)[0]:
    turn += 1
    for i, s in enumerate(socks):
        halves(s, b"hop%d-%d" % (i, turn))
    for s in socks:
        answer(s)
print("answered", turn * n, flush=True)
