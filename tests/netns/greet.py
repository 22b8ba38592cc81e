#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""A service that speaks first to clients that do not, and clients of both kinds.

    greet.py serve PORT PATIENCE           greets who has said nothing for so many seconds; answers each line
    greet.py first ADDR PORT COUNT PAUSE   connections, one after the other, that speak after a pause of seconds
    greet.py waits ADDR PORT COUNT         such that wait for the greeting
    greet.py acks FILE                     how long a client's first ACK came behind each SYN-ACK, in microseconds,
                                           lowest first, in what tcpdump -tt prints"""
import re
import select
import socket
import sys
import threading
import time


def serve_one(conn, patience):
    if not select.select([conn], [], [], patience)[0]:
        conn.sendall(b'hello\n')
    while conn.recv(4096):
        conn.sendall(b'yes\n')
    conn.close()


def serve(port, patience):
    server = socket.create_server(('::', port), family=socket.AF_INET6, dualstack_ipv6=True)
    while True:
        threading.Thread(target=serve_one, args=(server.accept()[0], patience), daemon=True).start()


def expect(conn, what):
    got = conn.recv(4096)
    if got != what:
        sys.exit('%r came, not %r' % (got, what))


def connect(kind, addr, port, pause):
    with socket.create_connection((addr, port), timeout=60) as conn:
        if kind == 'waits':
            expect(conn, b'hello\n')
        time.sleep(pause)
        conn.sendall(b'well?\n')
        expect(conn, b'yes\n')


def acks(path):
    asked, late = {}, []
    for line in open(path, encoding='ascii'):
        m = re.match(r'(\d+)\.(\d+) IP6? (\S+) > (\S+): Flags \[(\S+)\]', line)
        at = int(m[1]) * 1000000 + int(m[2])
        if m[5] == 'S.':
            asked[m[4]] = at
        elif m[3] in asked and '.' in m[5]:
            late.append(at - asked.pop(m[3]))
    print(*sorted(late))


if sys.argv[1] == 'serve':
    serve(int(sys.argv[2]), float(sys.argv[3]))
elif sys.argv[1] == 'acks':
    acks(sys.argv[2])
else:
    for _ in range(int(sys.argv[4])):
        connect(sys.argv[1], sys.argv[2], int(sys.argv[3]), float((sys.argv + [0])[5]))
