#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""An upload that no disk of the lab has room for.

    sink.py serve PORT LOG          a server; logs the length and CRC-32 of each body
    sink.py send ADDR PORT MB RATE  one upload of so many MB, at RATE MB a second at most; each MB begins
                                    with its number"""
import socket
import sys
import threading
import time
import zlib

MB = 1 << 20


def serve_one(conn, log):
    head = b''
    while b'\r\n\r\n' not in head:
        more = conn.recv(4096)
        if not more:
            return
        head += more
    head, body = head.split(b'\r\n\r\n', 1)
    length = int(head.lower().split(b'content-length:')[1].split()[0])
    crc, got = zlib.crc32(body), len(body)
    buf = bytearray(MB)
    while got < length:
        n = conn.recv_into(buf)
        if not n:
            break
        crc = zlib.crc32(memoryview(buf)[:n], crc)
        got += n
    with open(log, 'a', encoding='ascii') as f:
        f.write(f'{got} {crc:08x}\n')
    conn.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
    conn.close()


def serve(port, log):
    server = socket.create_server(('::', port), family=socket.AF_INET6, dualstack_ipv6=True)
    print('ready', flush=True)
    while True:
        threading.Thread(target=serve_one, args=(server.accept()[0], log), daemon=True).start()


def send(addr, port, count, rate):
    block = bytearray(b''.join(i.to_bytes(4, 'big') for i in range(MB // 4)))
    sock = socket.create_connection((addr, port), timeout=120)
    sock.sendall(b'PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n' % (count * MB))
    begin = time.monotonic()
    for i in range(count):
        block[:8] = i.to_bytes(8, 'big')
        sock.sendall(block)
        time.sleep(max(0, begin + i / rate - time.monotonic()))
    if not sock.recv(4096).startswith(b'HTTP/1.1 200'):
        sys.exit('not answered')


if sys.argv[1] == 'serve':
    serve(int(sys.argv[2]), sys.argv[3])
else:
    send(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5]))
