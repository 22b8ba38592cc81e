#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Uploads: one that no disk of the lab has room for, and some across the end of the sequence numbers.

    sink.py serve PORT LOG [BYTES]  a server; logs the length and CRC-32 of each body. BYTES: of its receive buffer
    sink.py send ADDR PORT MB RATE  one upload of so many MB, at RATE MB a second at most; each MB begins
                                    with its number
    sink.py wrap ADDR PORT N        N uploads of 256 KB, one after the other, in which sequence numbers begin again
                                    at 0; each one at another byte. Needs CAP_NET_ADMIN"""
import socket
import struct
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


def serve(port, log, size=0):
    server = socket.create_server(('::', port), family=socket.AF_INET6, dualstack_ipv6=True)
    if size:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, size)
    print('ready', flush=True)
    while True:
        threading.Thread(target=serve_one, args=(server.accept()[0], log), daemon=True).start()


def answered(sock):
    if not sock.recv(4096).startswith(b'HTTP/1.1 200'):
        sys.exit('not answered')


def send(addr, port, count, rate):
    block = bytearray(b''.join(i.to_bytes(4, 'big') for i in range(MB // 4)))
    sock = socket.create_connection((addr, port), timeout=120)
    sock.sendall(b'PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n' % (count * MB))
    begin = time.monotonic()
    for i in range(count):
        block[:8] = i.to_bytes(8, 'big')
        sock.sendall(block)
        time.sleep(max(0, begin + i / rate - time.monotonic()))
    answered(sock)


def connect_at(addr, port, isn):
    """A connection whose SYN has the sequence number ISN, which only a socket that is being repaired can be told."""
    repair, repair_queue, queue_seq, send_queue = 19, 20, 21, 2     # linux/tcp.h
    sock = socket.socket(socket.AF_INET6 if ':' in addr else socket.AF_INET)
    sock.settimeout(120)
    sock.setsockopt(socket.IPPROTO_TCP, repair, 1)
    sock.setsockopt(socket.IPPROTO_TCP, repair_queue, send_queue)
    sock.setsockopt(socket.IPPROTO_TCP, queue_seq, struct.pack('I', isn))
    sock.setsockopt(socket.IPPROTO_TCP, repair, 0)
    sock.connect((addr, port))
    return sock


def wrap(addr, port, count):
    length = 256 << 10
    for i in range(count):
        body = i.to_bytes(4, 'big') * (length // 4)
        sock = connect_at(addr, port, (1 << 32) - 1 - (2 * i + 1) * length // (2 * count))
        sock.sendall(b'PUT / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n' % length + body)
        answered(sock)
        sock.close()


if sys.argv[1] == 'serve':
    serve(int(sys.argv[2]), sys.argv[3], int(sys.argv[4]) if sys.argv[4:] else 0)
elif sys.argv[1] == 'wrap':
    wrap(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]))
else:
    send(sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5]))
