#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Are the bytes of every client the same at two hosts?

    streams.py [--verify] [--prefix] [--min N] ONLINE.pcap TEST.pcap

Each capture holds what one host received of the clients, whole (-s 0). Connections are told apart by the
client's address, port and ISN, which the copy keeps; each is put together by sequence number, and so is
what came in IP fragments. One that carried neither payload nor FIN to the online host was never opened and
does not count.

--verify  leave out segments with a wrong checksum (only where no device fills it in)
--prefix  a copy may have ended early: it must be a prefix of the original
--begins REGEX  a copy may have been picked up late: from its first byte on it must be the original's rest, and
          that must begin so; prints how many were
--min N   at least N connections with payload
--selfcheck DIRECTORY  instead: are differences seen? Doctored captures are written there

Exit status 1 when they differ, or a segment sent twice said two things."""
import array
import hashlib
import re
import socket
import struct
import sys


def packets(path):
    """Each frame of a pcap file, of the host's own byte order, from its IP header on."""
    with open(path, 'rb') as f:
        head = f.read(24)
        magic, link = struct.unpack('=I16xI', head)
        if magic not in (0xa1b2c3d4, 0xa1b23c4d) or link != 1:
            raise SystemExit(f'{path}: not a capture of Ethernet frames')
        while len(head := f.read(16)) == 16:
            caplen, wirelen = struct.unpack('=8xII', head)
            frame = f.read(caplen)
            if caplen < wirelen:
                raise SystemExit(f'{path}: a frame was cut off')
            if frame[12:14] in (b'\x08\x00', b'\x86\xdd'):
                yield frame[14:]


def datagram(ip):
    """(source, destination, key of the datagram, fragment offset, more follow, protocol, payload)"""
    if ip[0] >> 4 == 4:
        total, ident, frag = struct.unpack('!HHH', ip[2:8])
        return (ip[12:16], ip[16:20], ident, (frag & 0x1fff) * 8, frag & 0x2000, ip[9],
                ip[(ip[0] & 15) * 4:total])
    total, proto = struct.unpack('!HB', ip[4:7])
    rest, ident, off, more = ip[40:40 + total], 0, 0, 0
    while proto in (0, 43, 60, 44) and len(rest) >= 8:
        if proto == 44:
            frag, ident = struct.unpack('!HI', rest[2:8])
            off, more, proto, rest = frag & 0xfff8, frag & 1, rest[0], rest[8:]
            if off:
                break
        else:
            proto, rest = rest[0], rest[rest[1] * 8 + 8:]
    return ip[8:24], ip[24:40], ident, off, more, proto, rest


def segments(path, verify):
    """(source, TCP segment), whole, in the order of the capture."""
    parts = {}
    for ip in packets(path):
        if ip[0] >> 4 not in (4, 6) or verify and ip[0] >> 4 == 4 and folded(ip[:(ip[0] & 15) * 4]) != 0xffff:
            continue
        src, dst, ident, off, more, proto, data = datagram(ip)
        if proto != 6:
            continue
        if off or more:
            got = parts.setdefault((src, dst, ident), {})
            got[off] = data, more
            data, end = b'', 0
            for off in sorted(got):
                if off != len(data):
                    break
                data, end = data + got[off][0], not got[off][1]
            if not end:
                continue
            del parts[src, dst, ident]
        if len(data) < 20 or verify and not right(src, dst, data):
            continue
        yield src, data


def folded(data):
    """The ones' complement sum of 16-bit words (RFC 1071)."""
    total = sum(array.array('H', data + b'\0' * (len(data) & 1)))
    while total >> 16:
        total = (total >> 16) + (total & 0xffff)
    return total


def right(src, dst, data):
    """Is the checksum of a segment right?"""
    return folded(src + dst + struct.pack('!II', len(data), 6) + data) == 0xffff


class Stream:
    """One direction of a connection."""

    def __init__(self, isn):
        self.isn = isn
        self.parts = []
        self.fins = set()
        self.reset = False

    def add(self, seq, flags, payload):
        off = (seq + (flags >> 1 & 1) - self.isn - 1) & 0xffffffff
        if off >> 31:   # a keep-alive probe of old
            payload, off = payload[(1 << 32) - off:], 0
        if flags & 4:
            self.reset = True
            return
        if payload:
            self.parts.append((off, payload))
        if flags & 1:
            self.fins.add(off + len(payload))

    def whole(self):
        """(its bytes up to the first gap, what is wrong with it)"""
        data = bytearray()
        for off, payload in sorted(self.parts, key=lambda p: p[0]):
            if off > len(data):
                return data, f'bytes {len(data)} to {off} are missing'
            both = data[off:off + len(payload)]
            if both != payload[:len(both)]:
                return data, f'byte {off} and after was sent twice, and not the same'
            data += payload[len(both):]
        return data, None

    def closed(self, length):
        return length in self.fins or self.reset


def streams(path, verify=False):
    """{(address, port, ISN): Stream}"""
    found, now = {}, {}
    for src, data in segments(path, verify):
        sport, seq, off, flags = struct.unpack('!H2xI4xBB', data[:14])
        if flags & 2:
            s = now[src, sport] = found.setdefault((src, sport, seq), Stream(seq))
        else:
            s = now.get((src, sport))
        if s:
            s.add(seq, flags, data[(off >> 4) * 4:])
    return found


def compare(online, test, prefix=False, begins=None):
    """What differs, the number of connections with payload, and of their bytes."""
    wrong, count, size, late = [], 0, 0, 0
    if begins:      # by address and port alone: each was used once
        test = {(key[0], key[1]): (key[2], s) for key, s in test.items()}
    for key, s in online.items():
        if not s.parts and not s.fins:
            continue
        host = socket.inet_ntop(socket.AF_INET if len(key[0]) == 4 else socket.AF_INET6, key[0])
        name = f'{host} {key[1]}'
        data, bad = s.whole()
        closed = s.closed(len(data))
        if bad:
            wrong.append(f'{name}: original: {bad}')
        if begins:
            isn, copy = test.pop(key[:2], (0, None))
            off = (isn - key[2]) & 0xffffffff
            if copy and off:
                late += 1
                if off > len(data) or not re.match(begins.encode(), data[off:]):
                    wrong.append(f'{name}: picked up at byte {off} of {len(data)}: {bytes(data[off:off + 40])}')
                data = data[off:]
        else:
            copy = test.get(key)
        if not copy:
            if not prefix:
                wrong.append(f'{name}: no copy ({len(data)} bytes)')
            continue
        got, bad = copy.whole()
        if bad and not prefix:
            wrong.append(f'{name}: copy: {bad} (the original has {len(data)})')
        if hashlib.sha256(data[:len(got)] if prefix else data).digest() != hashlib.sha256(got).digest():
            at = next((i for i, (a, b) in enumerate(zip(data, got)) if a != b), min(len(data), len(got)))
            wrong.append(f'{name}: {len(data)} and {len(got)} bytes, which differ from byte {at} on')
        if not prefix and closed != copy.closed(len(got)):
            wrong.append(f'{name}: only one of them has ended')
        count += bool(data)
        size += len(got)
    if begins:
        print(f'{late} of {count} connections were picked up late')
    for key in test:
        if begins or key not in online:
            wrong.append(f'a copy of no connection: port {key[1]}')
    return wrong, count, size


def selfcheck(where):
    """Each kind of difference must be seen, and what is none must not."""
    from raw import ACK, FIN, PSH, SYN, fragments, pton, segment    # pylint: disable=import-outside-toplevel
    data = bytes(range(200)) * 20

    def capture(name, frames):
        with open(f'{where}/{name}.pcap', 'wb') as f:
            f.write(struct.pack('=IHHiIII', 0xa1b2c3d4, 2, 4, 0, 0, 262144, 1))
            for ip in frames:
                frame = bytes(12) + (b'\x08\x00' if ip[0] >> 4 == 4 else b'\x86\xdd') + ip
                f.write(struct.pack('=IIII', 0, 0, len(frame), len(frame)) + frame)

    def connection(src, dst, sport, stream=data, fin=True, isn=0xfffffc00):
        """As frames: SYN, payload, FIN."""
        a, b = pton(src), pton(dst)
        frames = [segment(a, b, sport, 80, isn, 0, SYN)]
        for off in range(0, len(stream), 1000):
            frames.append(segment(a, b, sport, 80, isn + 1 + off, 1, PSH | ACK, stream[off:off + 1000]))
        if fin:
            frames.append(segment(a, b, sport, 80, isn + 1 + len(stream), 1, FIN | ACK))
        return frames

    def run(*args):
        return main([*args, f'{where}/online.pcap', f'{where}/test.pcap'])

    for a, b in (('10.1.0.10', '10.1.0.1'), ('fd01::10', 'fd01::1')):
        good = connection(a, b, 1000) + connection(a, b, 2000)
        capture('online', good)
        other = bytearray(data)
        other[3210] ^= 4
        odd = connection(a, b, 1000, bytes(other))
        both = connection(a, b, 2000)
        flipped = good[2][:-1] + bytes([good[2][-1] ^ 1])
        for name, want, frames in (
                ('the same', 0, good),
                ('reordered and doubled', 0, good[:1] + good[3:1:-1] + good[1:2] + good[1:]),
                ('in fragments', 0, [f for p in good for f in fragments(p, 400)]),
                ('a byte changed', 1, odd + both),
                ('sent again, but changed', 1, good[:5] + odd[4:5] + good[5:]),
                ('a segment lost', 1, good[:3] + good[4:]),
                ('the last segment lost', 1, good[:4] + both),
                ('a connection lost', 1, both),
                ('the end lost', 1, connection(a, b, 1000, fin=False) + both),
                ('another ISN', 1, connection(a, b, 1000, isn=5) + both),
                ('a connection too many', 1, good + connection(a, b, 3000))):
            capture('test', frames)
            if run() != want:
                raise SystemExit(f'{name}: {"a difference" if not want else "no difference"} was seen')
        capture('test', good[:3])
        if run('--prefix'):
            raise SystemExit('a prefix is a difference')
        capture('test', odd)
        if not run('--prefix'):
            raise SystemExit('a changed prefix is no difference')
        for isn, want in ((0xfffffc00 + 1000, 0), (0xfffffc00 + 999, 1), (0xfffffc00, 0)):
            off = isn - 0xfffffc00
            capture('test', connection(a, b, 1000, data[off:], isn=isn) + both)
            if run('--begins', '\0\1\2') != want:
                raise SystemExit(f'picked up at {off}: {"a difference" if not want else "no difference"} was seen')
        capture('test', good)
        if not run('--min', '3'):
            raise SystemExit('two connections are enough for three')
        capture('online', good[:2] + [flipped] + good[2:])
        if not run() or run('--verify'):
            raise SystemExit('a wrong checksum is not seen')
    return 0


def main(args):
    if args[0] == '--selfcheck':
        return selfcheck(args[1])
    opts = {'--verify': False, '--prefix': False}
    least, begins = 1, None
    while args and args[0].startswith('--'):
        opt = args.pop(0)
        if opt == '--min':
            least = int(args.pop(0))
        elif opt == '--begins':
            begins = args.pop(0)
        else:
            opts[opt] = True
    online, test = streams(args[0], opts['--verify']), streams(args[1])
    wrong, count, size = compare(online, test, opts['--prefix'], begins)
    if count < least:
        wrong.append(f'only {count} connections carried payload, not {least}')
    for line in wrong[:20]:
        print(line)
    print(f'{len(wrong)} differences in {count} connections' if wrong else
          f'{count} connections of {size} bytes are the same')
    return bool(wrong)


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
