#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Clients whose connections are older than a target: older.py http|redis HOST PORT CONNECTIONS REQUESTS

Each makes two requests, and every fourth begins a third. Prints "begun", waits for a line on its input, and
goes on: the rest of what was begun, then REQUESTS more, without a pause or with one, of one segment or of
several. All must be answered and no connection may end. Prints the number of requests behind the line."""
import socket
import sys
import threading
import time

kind, host, port, conns, requests = sys.argv[1:]
family = socket.AF_INET6 if ':' in host else socket.AF_INET
go = threading.Event()
begun = threading.Semaphore(0)
wrong, done = [], []


def http(c, n):
    """A request, where it may be cut in the middle, and the number of its answers."""
    if c % 4 < 2:
        return b'GET /s/older-%d-%d HTTP/1.1\r\nHost: x\r\n\r\n' % (c, n), 1
    body = bytes(range(256)) * (160 if c % 4 == 3 else 20)
    return b'PUT /up/older-%d-%d HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n' % (c, n, len(body)) + body, 1


def redis(c, n):
    """Pipelined commands, some of them large."""
    out, count = b'', 20 if c % 2 else 1
    for i in range(count):
        value = b'%d.%d.%d' % (c, n, i) * (1 if i % 7 else 200)
        out += b'*3\r\n$6\r\nAPPEND\r\n$%d\r\nolder-%d\r\n$%d\r\n%s\r\n' % (len(str(c)) + 6, c, len(value), value)
    return out, count


def answers(conn, count):
    """Read so many answers."""
    while count:
        line = conn.readline()
        if kind == 'redis':
            if not line.startswith(b':'):
                raise OSError('answer %r' % line)
        else:
            if line[9:12] not in (b'200', b'201', b'204'):
                raise OSError('answer %r' % line)
            length = 0
            while (line := conn.readline()) not in (b'\r\n', b''):
                if line.lower().startswith(b'content-length:'):
                    length = int(line[15:])
            conn.read(length)
        count -= 1


def client(c):
    n = 0
    make = redis if kind == 'redis' else http
    try:
        with socket.create_connection((host, int(port)), timeout=120) as s:
            s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            conn = s.makefile('rb')
            for n in (1, 2):
                data, count = make(c, n)
                s.sendall(data)
                answers(conn, count)
            data, count = make(c, 3)
            half = len(data) // 2 if c % 4 == 2 else 0
            s.sendall(data[:half])
            begun.release()
            go.wait()
            for n in range(3, 3 + int(requests)):
                s.sendall(data[half:])
                answers(conn, count)
                data, count = make(c, n + 1)
                half = 0
                if c % 2:
                    time.sleep(0.05)
    except OSError as e:
        wrong.append('connection %d, request %d: %r' % (c, n, e))
        begun.release()
    done.append(n - 2)


threads = [threading.Thread(target=client, args=(c,)) for c in range(int(conns))]
for t in threads:
    t.start()
for t in threads:
    begun.acquire()
print('begun', flush=True)
sys.stdin.readline()
go.set()
for t in threads:
    t.join()
for w in wrong:
    print(w, file=sys.stderr)
print(sum(done))
sys.exit(1 if wrong else 0)
