#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Packets that no decent client would send. Run in the client's namespace, as root.

    raw.py box DEVICE [--fragment N] [--corrupt PERCENT] [--options 1] [--tcp-options 1]
        a box between the client's TCP and the wire: makes tun0, takes packets from it, and sends them by
        DEVICE in fragments of N bytes at most, with a bit of the payload turned, with IP options (a
        header of destination options), or with 40 bytes of TCP options, of which some are unknown
    raw.py syns|acks|data DST PORT COUNT
        floods from made-up addresses in 198.18.0.0/15 or 2001:2::/48: SYNs; ACKs; SYNs and, behind each,
        payload as if it had been answered
    raw.py hijack SRC DST PORT REQUESTS
        a keep-alive connection from SRC, and between its requests forged packets of it: RSTs, SYNs, payload
        and FINs, out of the window of the server or in it but not to be believed, and first fragments. Each
        request must be answered. In the end a true RST.

What is forged has a TTL (hop limit) of 77, so that a capture can leave it out."""
import array
import fcntl
import os
import random
import socket
import struct
import sys

FORGED = 77
FIN, SYN, RST, PSH, ACK = 1, 2, 4, 8, 16


def pton(addr):
    return socket.inet_pton(socket.AF_INET6 if ':' in addr else socket.AF_INET, addr)


def checksum(data):
    total = sum(array.array('H', data + b'\0' * (len(data) & 1)))
    while total >> 16:
        total = (total >> 16) + (total & 0xffff)
    return struct.pack('=H', total ^ 0xffff)


def ip_header(src, dst, length, ttl=FORGED, ident=0, frag=0):
    if len(src) == 16:
        return struct.pack('!IHBB', 0x60000000, length, 6, ttl) + src + dst
    h = struct.pack('!BBHHHBB', 0x45, 0, 20 + length, ident, frag, ttl, 6) + b'\0\0' + src + dst
    return h[:10] + checksum(h) + h[12:]


def segment(src, dst, sport, dport, seq, ack, flags, payload=b'', options=b'', ttl=FORGED):
    """A whole packet."""
    options += b'\1' * (-len(options) % 4)
    t = struct.pack('!HHIIBBHHH', sport, dport, seq & 0xffffffff, ack & 0xffffffff,
                    (20 + len(options)) // 4 << 4, flags, 502, 0, 0) + options + payload
    sum_ = checksum(src + dst + struct.pack('!II', len(t), 6) + t)
    return ip_header(src, dst, len(t), ttl) + t[:16] + sum_ + t[18:]


class Out:
    """Sends whole IP packets, by a device if one is named."""

    def __init__(self, family, device=None):
        self.s = socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_RAW)
        self.family = family
        if device:
            self.s.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, device.encode())

    def send(self, p):
        dst = p[24:40] if self.family == socket.AF_INET6 else p[16:20]
        try:
            self.s.sendto(p, (socket.inet_ntop(self.family, dst), 0))
        except BlockingIOError:
            pass


def fragments(p, size):
    """A packet as fragments with @size bytes of payload at most."""
    size &= ~7
    if p[0] >> 4 == 4:
        head, data = (p[0] & 15) * 4, p[(p[0] & 15) * 4:]
        ident = random.randrange(1, 65536)
        for off in range(0, len(data), size):
            part = data[off:off + size]
            more = 0x2000 if off + size < len(data) else 0
            yield ip_header(p[12:16], p[16:20], len(part), p[8], ident, more | off // 8) + part
        return
    data, ident = p[40:], random.randrange(1, 1 << 32)
    for off in range(0, len(data), size):
        part = data[off:off + size]
        more = 1 if off + size < len(data) else 0
        yield p[:4] + struct.pack('!HB', len(part) + 8, 44) + p[7:40] + \
            struct.pack('!BBHI', p[6], 0, off | more, ident) + part


def with_options(p):
    if p[0] >> 4 == 4:
        h = bytes([p[0] + 2]) + p[1:2] + struct.pack('!H', len(p) + 8) + p[4:10] + b'\0\0' + p[12:20] + \
            b'\x94\4\0\0\1\1\1\0'     # router alert (RFC 2113), no-operations, end
        return h[:10] + checksum(h) + h[12:] + p[20:]
    return p[:4] + struct.pack('!HB', len(p) - 40 + 8, 60) + p[7:40] + \
        bytes([p[6]]) + b'\0\1\4\0\0\0\0' + p[40:]     # PadN


def with_tcp_options(p):
    head = (p[0] & 15) * 4 if p[0] >> 4 == 4 else 40
    off = (p[head + 12] >> 4) * 4
    room = 60 - off
    # an experiment (RFC 6994) that nobody knows, and no-operations
    options = p[head + 20:head + off] + (bytes([253, room - 2]) + b'x' * (room - 4) + b'\1\1' if room >= 8 else b'\1' * room)
    tcp = p[head:head + 12] + b'\xf0' + p[head + 13:head + 16] + b'\0\0' + p[head + 18:head + 20] + options + p[head + off:]
    src, dst = (p[12:16], p[16:20]) if p[0] >> 4 == 4 else (p[8:24], p[24:40])
    sum_ = checksum(src + dst + struct.pack('!II', len(tcp), 6) + tcp)
    tcp = tcp[:16] + sum_ + tcp[18:]
    if p[0] >> 4 == 6:
        return p[:4] + struct.pack('!H', len(tcp)) + p[6:40] + tcp
    h = p[:2] + struct.pack('!H', head + len(tcp)) + p[4:10] + b'\0\0' + p[12:head]
    return h[:10] + checksum(h) + h[12:] + tcp


def box(device, args):
    opts = dict(zip(args[::2], map(int, args[1::2])))
    tun = os.open('/dev/net/tun', os.O_RDWR)
    fcntl.ioctl(tun, 0x400454ca, struct.pack('16sH22x', b'tun0', 0x1001))   # TUNSETIFF, IFF_TUN | IFF_NO_PI
    out = {4: Out(socket.AF_INET, device), 6: Out(socket.AF_INET6, device)}
    random.seed(1)
    print('ready', flush=True)
    while True:
        p = os.read(tun, 65536)
        v = p[0] >> 4
        head = (p[0] & 15) * 4 if v == 4 else 40
        if v not in out or p[9 if v == 4 else 6] != 6:
            continue
        start = head + (p[head + 12] >> 4) * 4
        if start < len(p) and random.random() * 100 < opts.get('--corrupt', 0):
            at = random.randrange(start, len(p))
            p = p[:at] + bytes([p[at] ^ 1 << random.randrange(8)]) + p[at + 1:]
        if opts.get('--options'):
            p = with_options(p)
        if opts.get('--tcp-options'):
            p = with_tcp_options(p)
        size = opts.get('--fragment', 65536)
        for f in fragments(p, size) if len(p) - head > size else [p]:
            out[v].send(f)


def flood(kind, dst, port, count):
    dst = pton(dst)
    out = Out(socket.AF_INET if len(dst) == 4 else socket.AF_INET6)
    for i in range(count):
        src = pton('198.18.0.0')[:2] if len(dst) == 4 else pton('2001:2::')[:6]
        src += random.randbytes(len(dst) - len(src))
        sport, seq = random.randrange(1024, 65536), random.randrange(1 << 32)
        if kind != 'acks':
            out.send(segment(src, dst, sport, port, seq, 0, SYN, options=b'\2\4\5\xb4\4\2\1\3\3\7'))
        if kind != 'syns':
            out.send(segment(src, dst, sport, port, seq + 1, random.randrange(1 << 32), PSH | ACK, b'forged ' * 9))
        if i % 500 == 499:
            print(i + 1, flush=True)


class Seen:
    """What the client's host has sent and received on one connection, off the wire."""

    def __init__(self, src, sport):
        self.s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
        self.s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        self.s.setblocking(False)
        self.src, self.sport, self.isn, self.nxt, self.ack = src, sport, None, None, None

    def look(self):
        while True:
            try:
                p = self.s.recv(65536)[14:]
            except BlockingIOError:
                return
            if not p or p[0] >> 4 not in (4, 6):
                continue
            v4 = p[0] >> 4 == 4
            head = (p[0] & 15) * 4 if v4 else 40
            if p[8 if v4 else 7] == FORGED or p[9 if v4 else 6] != 6:
                continue
            if (p[12:16] if v4 else p[8:24]) != self.src:
                continue
            end = struct.unpack('!H', p[2:4])[0] if v4 else 40 + struct.unpack('!H', p[4:6])[0]
            t = p[head:end]
            sport, seq, ack, off, flags = struct.unpack('!H2xIIBB', t[:14])
            if sport != self.sport:
                continue
            if flags & SYN:
                self.isn = seq
            self.nxt = (seq + len(t) - (off >> 4) * 4 + bool(flags & (SYN | FIN))) & 0xffffffff
            self.ack = ack


def forgeries(seen):
    """(flags, seq, ack, payload): none is to be believed."""
    nxt, ack = seen.nxt, seen.ack
    junk = b'GET /forged HTTP/1.1\r\nHost: forged\r\n\r\n'
    far = random.randrange(1 << 25, 1 << 31)
    yield RST, nxt + far, 0, b''                    # out of the window
    yield RST, nxt + random.randrange(1, 2000), 0, b''  # in it, not exact: RFC 5961, section 3.2
    yield RST | ACK, nxt - far, ack, b''
    yield SYN, nxt + far, 0, b''                    # RFC 5961, section 4.2
    yield SYN, nxt + 1, 0, b''
    isn = random.randrange(1 << 32)
    yield SYN, isn, 0, b''                          # a connection of its own, as if it had been answered
    yield PSH | ACK, isn + 1, ack, junk
    yield FIN | ACK, isn + 1, ack, b''
    for i in range(5):
        yield PSH | ACK, nxt + far + i * len(junk), ack, junk
    yield FIN | PSH | ACK, nxt + far, ack, junk
    yield FIN | ACK, nxt + far + 7, ack, b''
    # right behind what is expected, but it acknowledges what was never sent
    yield PSH | ACK, nxt + 3, ack + 0x40000000, junk * 3
    yield FIN | ACK, nxt + 3, ack + 0x40000000, b''


def hijack(src, dst, port, requests):
    family = socket.AF_INET6 if ':' in dst else socket.AF_INET
    out = Out(family)
    c = socket.socket(family)
    c.bind((src, 0))
    sport = c.getsockname()[1]
    a, b = pton(src), pton(dst)
    seen = Seen(a, sport)
    c.settimeout(60)
    c.connect((dst, port))
    for i in range(requests):
        body = random.randbytes(random.choice([0, 0, 4000, 40000]))
        head = f'PUT /up/hijack.{sport}.{i} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n'
        # in two halves: what is forged between them is in the middle of a request
        half = len(body) // 2
        c.sendall(head.encode() + body[:half])
        seen.look()
        for flags, seq, ack, payload in forgeries(seen):
            out.send(segment(a, b, sport, port, seq, ack, flags, payload))
        # the first fragment of what is due, whose others never come
        out.send(next(fragments(segment(a, b, sport, port, seen.nxt, seen.ack, PSH | ACK, b'forged' * 200), 600)))
        c.sendall(body[half:])
        answer = b''
        while b'\r\n\r\n' not in answer:
            more = c.recv(65536)
            if not more:
                raise SystemExit(f'request {i}: the server has hung up')
            answer += more
        if answer[9:12] not in (b'201', b'204'):
            raise SystemExit(f'request {i}: {answer[:80]}')
        seen.look()
        for _ in range(200):    # more than a copy may hold behind a gap, in the end
            out.send(segment(a, b, sport, port, seen.nxt + (1 << 28) + random.randrange(1 << 24), seen.ack,
                             PSH | ACK, b'forged'))
    seen.look()
    # the client's own may not follow: production can have reset it by then, for what is forged and comes late
    out.send(segment(a, b, sport, port, seen.nxt, seen.ack, RST, ttl=64))
    c.settimeout(20)
    c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    print(f'port {sport}: {requests} requests were answered', flush=True)


def main(args):
    if args[0] == 'box':
        box(args[1], args[2:])
    elif args[0] == 'hijack':
        hijack(args[1], args[2], int(args[3]), int(args[4]))
    else:
        flood(args[0], args[1], int(args[2]), int(args[3]))


if __name__ == '__main__':
    main(sys.argv[1:])
