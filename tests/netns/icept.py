#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Talks to tcopy_intercept.ko without the tool: raw generic netlink, and a copied client of raw segments.

  icept.py add PORT [addr=ADDR] [for=S] [quiet=S] [PREFIX...]   intercept, with pass prefixes
  icept.py del PORT|all [force]
  icept.py get | stats            one line of NAME=VALUE an intercept, or for the namespace
  icept.py gone PORT              wait until that intercept is; prints the milliseconds
  icept.py bind                   be the relay: "bound", then a line a record
  icept.py abort PORT             as if nobody copied to it any more
  icept.py abort SRC SPORT DST DPORT   as if the online host of that copy had gone
  icept.py refuse                 messages that must be refused, and how
  icept.py fetch NS SRC DST PORT PATH   be relay and copied client (segments leave from namespace NS):
                                  one request; prints what the records said of the answer
  icept.py flood NS SRC DST PORT SECONDS   SYNs and segments of no connection, from changing ports

Several commands may follow each other, separated by a comma of its own: one python, which is slow to start.
A refusal by the kernel is printed as "ERRNO: message", exit status 1.
"""
import ctypes
import errno
import ipaddress
import os
import socket
import struct
import sys
import threading
import time

CMD_ADD, CMD_DEL, CMD_GET, CMD_BIND, CMD_RECORDS, CMD_STATS, CMD_PEERS, CMD_ABORT = range(1, 9)
(A_PORT, A_PASS, A_FORCE, A_STATE, A_RELAY, A_RECORDS, A_RECORDS_N, A_PAD, A_STOLEN, A_PASSED, A_OWN, A_LOST,
 A_SUPERSEDED, A_MALFORMED, A_ERRORS, A_ABORTED, A_ADDR, A_FOR, A_QUIET, A_PEERS, A_FLOWS) = range(1, 22)
COUNTERS = {A_STOLEN: 'stolen', A_PASSED: 'passed', A_OWN: 'own', A_LOST: 'lost', A_SUPERSEDED: 'superseded',
            A_MALFORMED: 'malformed', A_ERRORS: 'errors', A_ABORTED: 'aborted'}
NESTED = 0x8000
REQUEST, ACK, DUMP = 1, 4, 0x300
FIN, SYN, RST, PSH, TCPACK = 1, 2, 4, 8, 16


class Refused(Exception):
    def __init__(self, number, text):
        super().__init__(f'{errno.errorcode.get(number, number)}: {text}')
        self.errno = number
        self.text = text


def attr(kind, data=b''):
    return struct.pack('HH', len(data) + 4, kind) + data + bytes(-len(data) % 4)


def attrs(data):
    at = 0
    while at + 4 <= len(data):
        size, kind = struct.unpack_from('HH', data, at)
        yield kind & 0x3fff, data[at + 4:at + size]
        at += size + 3 & ~3


def prefix_attr(text):
    # not ip_network(): host bits are the kernel's to refuse
    addr, _, plen = text.partition('/')
    data = packed(addr)
    return attr(A_PASS | NESTED, attr(1, data) + attr(2, bytes([int(plen or len(data) * 8)])))


def packed(text):
    return ipaddress.ip_address(text).packed


def flow_attr(src, sport, dst, dport):
    family = ipaddress.ip_address(src).version
    return attr(A_FLOWS, struct.pack('>B3xHH16s16s', family, int(sport), int(dport), packed(src), packed(dst)))


def add_attr(word):
    if word.startswith('addr='):
        return attr(A_ADDR, packed(word[5:]))
    for name, kind in (('for=', A_FOR), ('quiet=', A_QUIET)):
        if word.startswith(name):
            return attr(kind, struct.pack('I', int(word[len(name):])))
    return prefix_attr(word)


class Family:
    def __init__(self):
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
        self.sock.setsockopt(270, 11, 1)  # NETLINK_EXT_ACK
        self.sock.setsockopt(270, 12, 1)  # NETLINK_GET_STRICT_CHK
        try:
            self.sock.setsockopt(socket.SOL_SOCKET, 33, 8 << 20)  # SO_RCVBUFFORCE
        except PermissionError:
            pass
        self.sock.bind((0, 0))
        self.seq = 0
        self.id = 16  # the controller's own
        for body in self.ask(3, attr(2, b'tcopy_intercept\0')):
            for kind, data in attrs(body):
                if kind == 1:
                    self.id = struct.unpack('H', data)[0]

    def messages(self):
        data = self.sock.recv(1 << 17)
        at = 0
        while at + 16 <= len(data):
            size, kind, flags, seq, _ = struct.unpack_from('IHHII', data, at)
            yield kind, flags, seq, data[at + 16:at + size]
            at += size + 3 & ~3

    def ask(self, cmd, body=b'', flags=ACK, version=1):
        """Bodies of the answers to one command."""
        self.seq += 1
        msg = struct.pack('BBH', cmd, version, 0) + body
        self.sock.send(struct.pack('IHHII', 16 + len(msg), self.id, REQUEST | flags, self.seq, 0) + msg)
        out = []
        while True:
            for kind, mflags, seq, data in self.messages():
                if seq != self.seq:
                    continue
                if kind in (2, 3):  # NLMSG_ERROR, NLMSG_DONE
                    number = -struct.unpack_from('i', data)[0]
                    if number:
                        at = 4 if kind == 3 else 20 if mflags & 0x100 else 4 + struct.unpack_from('I', data, 4)[0]
                        text = [d.rstrip(b'\0').decode() for k, d in attrs(data[at:]) if k == 1 and mflags & 0x200]
                        raise Refused(number, text[0] if text else '')
                    return out
                out.append(data[4:])


def show(body):
    out, passes = {}, []
    for kind, data in attrs(body):
        if kind in COUNTERS:
            out[COUNTERS[kind]] = struct.unpack('Q', data)[0]
        elif kind == A_PORT:
            out['port'] = struct.unpack('H', data)[0]
        elif kind == A_STATE:
            out['state'] = ('intercepting', 'draining')[data[0]]
        elif kind == A_RELAY:
            out['relay'] = 1
        elif kind == A_ADDR:
            out['addr'] = ipaddress.ip_address(data)
        elif kind in (A_FOR, A_QUIET):
            out['for' if kind == A_FOR else 'quiet'] = struct.unpack('I', data)[0]
        elif kind == A_PASS:
            nest = dict(attrs(data))
            passes.append(f'{ipaddress.ip_address(nest[1])}/{nest[2][0]}')
    out.setdefault('relay', 0)
    if passes:
        out['pass'] = ','.join(passes)
    print(' '.join(f'{k}={v}' for k, v in out.items()))


class Record:
    def __init__(self, data):
        self.payload, self.len, off = struct.unpack_from('>IHH', data)
        ip, th = data[8:], data[8 + off:8 + self.len]
        assert ip[0] >> 4 == (4 if off == 20 else 6), 'IP version'
        assert off == 40 or ip[0] & 15 == 5, 'IPv4 options'
        assert (ip[9] if off == 20 else ip[6]) == 6, 'protocol'
        assert len(th) == (th[12] >> 4) * 4, 'TCP header length'
        a, b, n = (12, 16, 4) if off == 20 else (8, 24, 16)
        self.src, self.dst = ipaddress.ip_address(ip[a:a + n]), ipaddress.ip_address(ip[b:b + n])
        self.sport, self.dport, self.seq, self.ack, _, self.flags, self.win = struct.unpack_from('>HHIIBBH', th)

    def __str__(self):
        names = ''.join(c for i, c in enumerate('FSRP.U') if self.flags >> i & 1)
        return (f'{self.src} {self.sport} {self.dst} {self.dport} flags={names} seq={self.seq} ack={self.ack} '
                f'payload={self.payload}')


def records(family):
    """The records of the next message."""
    try:
        got = list(family.messages())
    except OSError as e:
        if e.errno != errno.ENOBUFS:
            raise
        return []
    out = []
    for _, _, _, data in got:
        assert data[0] == CMD_RECORDS
        a = dict(attrs(data[4:]))
        data, n = a[A_RECORDS], struct.unpack('H', a[A_RECORDS_N])[0]
        assert len(data) <= 1232 - 16 - 8, 'a batch fits a datagram'
        while data:
            out.append(Record(data))
            data = data[8 + out[-1].len:]
            n -= 1
        assert n == 0, 'RECORDS_N'
    return out


def enter(ns):
    fd = os.open(f'/run/netns/{ns}', os.O_RDONLY)
    if ctypes.CDLL(None, use_errno=True).setns(fd, 0x40000000):
        raise OSError(ctypes.get_errno(), 'setns')
    os.close(fd)


class Wire:
    """Sends segments that no TCP knows of, from another namespace."""
    def __init__(self, ns, src, dst, port):
        self.src, self.dst, self.port = ipaddress.ip_address(src), ipaddress.ip_address(dst), port
        here = os.open('/proc/self/ns/net', os.O_RDONLY)
        enter(ns)
        v6 = self.src.version == 6
        self.sock = socket.socket(socket.AF_INET6 if v6 else socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_TCP)
        if v6:
            self.sock.setsockopt(socket.IPPROTO_IPV6, 7, 16)  # IPV6_CHECKSUM
        self.sock.bind((src, 0))
        ctypes.CDLL(None).setns(here, 0x40000000)
        os.close(here)

    def send(self, sport, flags, seq, ack=0, data=b'', win=65535, options=b''):
        doff = 20 + len(options)
        th = struct.pack('>HHIIBBHHH', sport, self.port, seq & 0xffffffff, ack & 0xffffffff, doff // 4 << 4, flags,
                         win, 0, 0) + options + data
        if self.src.version == 4:
            pseudo = self.src.packed + self.dst.packed + struct.pack('>HH', 6, len(th))
            whole = pseudo + th + bytes(len(th) % 2)
            total = sum(struct.unpack(f'>{len(whole) // 2}H', whole))
            total = (total & 0xffff) + (total >> 16)
            total = ~(total + (total >> 16)) & 0xffff
            th = th[:16] + struct.pack('>H', total) + th[18:]
        try:
            self.sock.sendto(th, (str(self.dst), 0))
        except OSError as e:
            if e.errno not in (errno.ENOBUFS, errno.EPERM):
                raise


def fetch(ns, src, dst, port, path):
    family = Family()
    family.ask(CMD_BIND)
    wire = Wire(ns, src, dst, port)
    sport, isn = 40000 + os.getpid() % 20000, 0xfffffff0  # the request crosses the wrap
    seen = {'synacks': 0, 'records': 0, 'bytes': 0, 'largest': 0, 'fins': 0, 'acked': 0}
    request = f'GET {path} HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n'.encode()
    # MSS 1440, window scale 10
    wire.send(sport, SYN, isn, options=b'\2\4\5\xa0\1\3\3\12')
    nxt, end = None, time.time() + 60
    while not seen['fins']:
        if time.time() > end:
            raise SystemExit(f'no end of the answer: {seen}')
        before = nxt
        for r in records(family):
            if r.dport != sport or str(r.dst) != src:
                continue
            seen['records'] += 1
            if r.flags & RST:
                raise SystemExit(f'a reset: {r}')
            if r.flags & SYN:
                seen['synacks'] += 1
                assert r.ack == isn + 1 & 0xffffffff and r.flags & TCPACK and not r.payload
                if nxt is None:
                    nxt = r.seq + 1 & 0xffffffff
                    wire.send(sport, TCPACK | PSH, isn + 1, nxt, request, win=8192)
                continue
            seen['acked'] = r.ack == isn + 1 + len(request) & 0xffffffff
            if r.seq != nxt:
                continue
            seen['bytes'] += r.payload
            seen['largest'] = max(seen['largest'], r.payload)
            nxt = nxt + r.payload & 0xffffffff
            if r.flags & FIN:
                seen['fins'] += 1
                nxt = nxt + 1 & 0xffffffff
        # once for all that came together, so that the server sends in bursts
        if before is not None and nxt != before:
            wire.send(sport, TCPACK, isn + 1 + len(request), nxt, win=8192)
    wire.send(sport, TCPACK | FIN, isn + 1 + len(request), nxt, win=8192)
    print(' '.join(f'{k}={int(v)}' for k, v in seen.items()))


def flood(ns, src, dst, port, seconds):
    wire = Wire(ns, src, dst, port)
    end, n = time.time() + seconds, 0
    while time.time() < end:
        for i in range(50):
            n += 1
            wire.send(1024 + n % 60000, SYN if i % 3 else TCPACK, n * 7919)
        time.sleep(0.002)
    print(n)


# As the relay does, by which the kernel sees that it runs.
def keep_asking():
    family = Family()
    while True:
        family.ask(CMD_GET, flags=DUMP)
        time.sleep(0.25)


# What must be refused: command, attributes, errno, a word of the message.
PORT = attr(A_PORT, struct.pack('H', 81))
REFUSALS = [
    ('no port', CMD_ADD, b'', errno.EINVAL, 'which port'),
    ('port 0', CMD_ADD, attr(A_PORT, bytes(2)), errno.ERANGE, ''),
    ('port of one byte', CMD_ADD, attr(A_PORT, b'\1'), errno.EINVAL, ''),
    ('attribute 0', CMD_ADD, PORT + attr(0, bytes(4)), errno.EINVAL, ''),
    ('unknown attribute', CMD_ADD, PORT + attr(60, bytes(4)), errno.EINVAL, ''),
    ('force on ADD', CMD_ADD, PORT + attr(A_FORCE), errno.EINVAL, ''),
    ('a counter on ADD', CMD_ADD, PORT + attr(A_STOLEN, bytes(8)), errno.EINVAL, ''),
    ('pass that is no nest', CMD_ADD, PORT + attr(A_PASS, attr(1, bytes(4))), errno.EINVAL, ''),
    ('pass without length', CMD_ADD, PORT + attr(A_PASS | NESTED, attr(1, bytes(4))), errno.EINVAL, 'length'),
    ('pass without address', CMD_ADD, PORT + attr(A_PASS | NESTED, attr(2, b'\x08')), errno.EINVAL, 'address'),
    ('empty pass', CMD_ADD, PORT + attr(A_PASS | NESTED), errno.EINVAL, ''),
    ('pass of 5 bytes', CMD_ADD, PORT + attr(A_PASS | NESTED, attr(1, bytes(5)) + attr(2, b'\x08')), errno.EINVAL,
     'bytes'),
    ('pass of 17 bytes', CMD_ADD, PORT + attr(A_PASS | NESTED, attr(1, bytes(17)) + attr(2, b'\x08')), errno.ERANGE,
     ''),
    ('pass of 3 bytes', CMD_ADD, PORT + attr(A_PASS | NESTED, attr(1, bytes(3)) + attr(2, b'\x08')), errno.ERANGE,
     ''),
    ('unknown attribute of a pass', CMD_ADD,
     PORT + attr(A_PASS | NESTED, attr(1, bytes(4)) + attr(2, b'\x08') + attr(3, bytes(4))), errno.EINVAL, ''),
    ('IPv4 /33', CMD_ADD, PORT + prefix_attr('0.0.0.0/33'), errno.EINVAL, '32'),
    ('IPv6 /129', CMD_ADD, PORT + prefix_attr('::/129'), errno.ERANGE, ''),
    ('host bits, IPv4', CMD_ADD, PORT + prefix_attr('10.0.0.1/31'), errno.EINVAL, 'host bits'),
    ('host bits, IPv4 /0', CMD_ADD, PORT + prefix_attr('128.0.0.0/0'), errno.EINVAL, 'host bits'),
    ('host bits, IPv6', CMD_ADD, PORT + prefix_attr('fd01::1/127'), errno.EINVAL, 'host bits'),
    ('33 pass prefixes', CMD_ADD, PORT + prefix_attr('10.0.0.0/8') * 33, errno.E2BIG, '32'),
    ('an ephemeral port', CMD_ADD, attr(A_PORT, struct.pack('H', 40000)), errno.EADDRINUSE, 'ip_local_reserved_ports'),
    ('DEL of nothing', CMD_DEL, PORT, errno.ENOENT, 'not intercepted'),
    ('DEL all of nothing', CMD_DEL, b'', errno.ENOENT, 'no port'),
    ('DEL with pass', CMD_DEL, PORT + prefix_attr('10.0.0.0/8'), errno.EINVAL, ''),
    ('BIND with an attribute', CMD_BIND, PORT, errno.EINVAL, ''),
    ('STATS with an attribute', CMD_STATS, PORT, errno.EINVAL, ''),
    ('address of 5 bytes', CMD_ADD, PORT + attr(A_ADDR, bytes(5)), errno.EINVAL, 'bytes'),
    ('address 0.0.0.0', CMD_ADD, PORT + attr(A_ADDR, bytes(4)), errno.EINVAL, 'unicast'),
    ('address ::', CMD_ADD, PORT + attr(A_ADDR, bytes(16)), errno.EINVAL, 'unicast'),
    ('multicast address', CMD_ADD, PORT + attr(A_ADDR, packed('ff02::1')), errno.EINVAL, 'unicast'),
    ('mapped address', CMD_ADD, PORT + attr(A_ADDR, packed('::ffff:10.0.0.1')), errno.EINVAL, 'unicast'),
    ('quiet without address', CMD_ADD, PORT + add_attr('quiet=5'), errno.EINVAL, 'address'),
    ('quiet of 0', CMD_ADD, PORT + add_attr('addr=10.0.0.1') + add_attr('quiet=0'), errno.ERANGE, ''),
    ('for 0 seconds', CMD_ADD, PORT + add_attr('for=0'), errno.ERANGE, ''),
    ('PEERS of nobody', CMD_PEERS, b'', errno.EINVAL, 'entries'),
    ('PEERS with half an entry', CMD_PEERS, attr(A_PEERS, bytes(10)), errno.EINVAL, 'entries'),
    ('PEERS without a relay', CMD_PEERS, attr(A_PEERS), errno.ENOTCONN, 'relay'),
    ('129 PEERS', CMD_PEERS, attr(A_PEERS, bytes(20 * 129)), errno.ERANGE, ''),
    ('ABORT of nothing', CMD_ABORT, b'', errno.EINVAL, 'which'),
    ('ABORT of both', CMD_ABORT, PORT + flow_attr('10.0.0.1', 1, '10.0.0.2', 81), errno.EINVAL, 'which'),
    ('ABORT of another port', CMD_ABORT, PORT, errno.ENOENT, 'not intercepted'),
    ('ABORT of half a flow', CMD_ABORT, attr(A_FLOWS, bytes(39)), errno.EINVAL, 'malformed'),
    ('ABORT of no family', CMD_ABORT, attr(A_FLOWS, bytes(40)), errno.EINVAL, 'malformed'),
    ('65 flows', CMD_ABORT, attr(A_FLOWS, bytes(40 * 65)), errno.ERANGE, ''),
    ('GET that is no dump', CMD_GET, b'', errno.EOPNOTSUPP, ''),
    ('RECORDS from userspace', CMD_RECORDS, b'', errno.EOPNOTSUPP, ''),
    ('unknown command', 60, b'', errno.EOPNOTSUPP, ''),
]


def refuse(family):
    bad = 0
    for name, cmd, body, number, text in REFUSALS:
        try:
            family.ask(cmd, body)
            print(f'{name}: was accepted')
            bad += 1
        except Refused as e:
            if e.errno != number or text not in e.text:
                print(f'{name}: {e}, not {errno.errorcode[number]}: ...{text}...')
                bad += 1
    print(f'{len(REFUSALS) - bad} refused as they must be')
    return 1 if bad else 0


def main(args):
    cmd = args.pop(0)
    if cmd == 'fetch':
        return fetch(args[0], args[1], args[2], int(args[3]), args[4])
    if cmd == 'flood':
        return flood(args[0], args[1], args[2], int(args[3]), float(args[4]))
    family = Family()
    status = 0
    for words in ' '.join([cmd] + args).split(' , '):
        status |= one(family, *words.split())
    return status


def one(family, cmd, *args):
    try:
        return run(family, cmd, *args)
    except Refused as e:
        print(e)
        return 1


def run(family, cmd, *args):
    if cmd == 'add':
        family.ask(CMD_ADD, attr(A_PORT, struct.pack('H', int(args[0]))) + b''.join(map(add_attr, args[1:])))
    elif cmd == 'del':
        port = b'' if args[0] == 'all' else attr(A_PORT, struct.pack('H', int(args[0])))
        family.ask(CMD_DEL, port + (attr(A_FORCE) if 'force' in args else b''))
    elif cmd == 'get':
        for body in family.ask(CMD_GET, flags=DUMP):
            show(body)
    elif cmd == 'stats':
        show(family.ask(CMD_STATS)[0])
    elif cmd == 'bind':
        family.ask(CMD_BIND)
        threading.Thread(target=keep_asking, daemon=True).start()
        print('bound', flush=True)
        while True:
            for r in records(family):
                print(r, flush=True)
    elif cmd == 'abort':
        family.ask(CMD_ABORT, flow_attr(*args) if len(args) > 1 else attr(A_PORT, struct.pack('H', int(args[0]))))
    elif cmd == 'refuse':
        return refuse(family)
    elif cmd == 'gone':  # wait until PORT is; print how many ms that took
        begin = time.monotonic()
        while any(struct.unpack('H', dict(attrs(b))[A_PORT])[0] == int(args[0])
                  for b in family.ask(CMD_GET, flags=DUMP)):
            if time.monotonic() > begin + 40:
                raise SystemExit(f'{args[0]} does not go')
            time.sleep(0.02)
        print(int((time.monotonic() - begin) * 1000))
    else:
        raise SystemExit(__doc__)
    return 0


if __name__ == '__main__':
    try:
        sys.exit(main(sys.argv[1:]))
    except Refused as e:
        print(e)
        sys.exit(1)
