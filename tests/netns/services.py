#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Clients of the services that tests/netns copies, and a server behind nginx.

  services.py redis ADDR PORT CONNECTIONS
  services.py memcached ADDR PORT CONNECTIONS
  services.py memcached-dump ADDR PORT CONNECTIONS
  services.py backend PORT LOG
  services.py websocket ADDR PORT CONNECTIONS

Everything a client sends is drawn from a fixed seed for each connection. Exit status 1, with the reason
as last line, when an answer is not what it must be; otherwise the last line says what was done.
"""
import base64
import hashlib
import random
import socket
import struct
import sys
import threading
import time


class Wrong(Exception):
    pass


class Conn:
    """A connection that reads whole lines and blocks."""

    def __init__(self, addr, port):
        self.sock = socket.create_connection((addr, port), timeout=120)
        self.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.file = self.sock.makefile("rb")

    def send(self, data):
        self.sock.sendall(data)

    def line(self):
        s = self.file.readline()
        if not s.endswith(b"\r\n"):
            raise Wrong("the server closed")
        return s[:-2]

    def block(self, n):
        s = self.file.read(n)
        if len(s) != n:
            raise Wrong("the server closed")
        return s

    def close(self):
        self.file.close()
        self.sock.close()


def concurrently(count, work):
    """work(number) in threads; returns the sum of what they return."""
    results, wrong = [], []

    def run(number):
        try:
            results.append(work(number))
        except (Wrong, OSError) as e:
            wrong.append(f"connection {number}: {e!r}")

    threads = [threading.Thread(target=run, args=(i,)) for i in range(count)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    if wrong:
        sys.exit(wrong[0])
    return sum(results)


def text(rng, low, high):
    """ASCII without blanks, of a length between the two."""
    n = rng.randint(low, high)
    return (b"%016x" % rng.getrandbits(64)) * (n // 16) + b"x" * (n % 16)


# --- Redis ------------------------------------------------------------------------------------------
def redis_pack(*args):
    out = [b"*%d\r\n" % len(args)]
    for a in args:
        a = a if isinstance(a, bytes) else str(a).encode()
        out.append(b"$%d\r\n%s\r\n" % (len(a), a))
    return b"".join(out)


def redis_reply(c):
    line = c.line()
    kind, rest = line[:1], line[1:]
    if kind == b"-":
        raise Wrong(f"redis: {rest.decode()}")
    if kind == b":":
        return int(rest)
    if kind == b"$":
        return c.block(int(rest) + 2)[:-2] if rest != b"-1" else None
    if kind == b"*":
        return [redis_reply(c) for _ in range(int(rest))]
    return rest


def redis_command(rng, me):
    """A command on keys of connection `me`, or one that commutes on shared keys."""
    k = rng.randrange(20)
    return rng.choice([
        lambda: ("SET", f"s{me}.{k}", text(rng, 1, 300)),
        lambda: ("APPEND", f"s{me}.{k}", text(rng, 1, 40)),
        lambda: ("GET", f"s{me}.{k}"),
        lambda: ("INCR", f"n{me}.{k}"),
        lambda: ("LPUSH", f"l{me}.{k}", text(rng, 1, 40), text(rng, 1, 40)),
        lambda: ("LRANGE", f"l{me}.{k}", 0, 9),
        lambda: ("HSET", f"h{me}.{k}", f"f{rng.randrange(9)}", text(rng, 1, 60)),
        lambda: ("HGETALL", f"h{me}.{k}"),
        lambda: ("ZADD", f"z{me}.{k}", rng.randrange(1000), f"m{rng.randrange(50)}"),
        lambda: ("DEL", f"s{me}.{k}"),
        lambda: ("INCRBY", f"shared.n{k}", rng.randrange(100)),
        lambda: ("SADD", f"shared.s{k}", f"{me}.{rng.randrange(1000)}"),
        lambda: ("HINCRBY", f"shared.h{k}", f"f{rng.randrange(5)}", 1),
    ])()


def redis_client(addr, port, me):
    rng = random.Random(me)
    c = Conn(addr, port)
    done = 0

    def run(commands):
        c.send(b"".join(redis_pack(*x) for x in commands))
        return [redis_reply(c) for _ in commands]

    if run([("PING",)]) != [b"PONG"]:
        raise Wrong("no PONG")
    for turn in range(20):
        for _ in range(5):
            done += len(run([redis_command(rng, me)]))
        done += len(run([redis_command(rng, me) for _ in range(rng.randint(2, 30))]))
        if turn % 10 == 5:
            big = text(rng, 50000, 120000)
            if run([("SET", f"big{me}", big), ("GET", f"big{me}")])[1] != big:
                raise Wrong("what was set is not what one gets")
            run([("MULTI",), ("INCR", f"t{me}"), ("RPUSH", f"tl{me}", turn), ("EXEC",)])
            done += 6
    # a window of commands: the next is sent when the oldest is answered
    waiting = 0
    for _ in range(2000):
        c.send(redis_pack(*redis_command(rng, me)))
        waiting += 1
        if waiting == 16:
            redis_reply(c)
            waiting -= 1
        done += 1
    for _ in range(waiting):
        redis_reply(c)
    c.close()
    return done


# --- memcached --------------------------------------------------------------------------------------
MEMCACHED_KEYS = 40


def memcached_client(addr, port, me):
    rng = random.Random(me)
    c = Conn(addr, port)
    done = 0

    def expect(*wanted):
        got = c.line()
        if got not in wanted:
            raise Wrong(f"memcached: {got!r}, not one of {wanted}")
        return got

    def store(verb, key, value, noreply=b""):
        return b"%s %s 0 0 %d%s\r\n%s\r\n" % (verb, key, len(value), noreply, value)

    def get(keys):
        c.send(b"get " + b" ".join(keys) + b"\r\n")
        found = {}
        while (line := c.line()) != b"END":
            _, key, _, size = line.split(b" ")
            found[key] = c.block(int(size) + 2)[:-2]
        return found

    keys = [b"k%d.%d" % (me, k) for k in range(MEMCACHED_KEYS)]
    counter = keys.pop()
    c.send(store(b"set", counter, b"0"))
    expect(b"STORED")
    for turn in range(25):
        for _ in range(4):
            key, verb = rng.choice(keys), rng.choice([b"set", b"add", b"replace", b"append", b"prepend"])
            c.send(store(verb, key, text(rng, 1, 400)))
            expect(b"STORED", b"NOT_STORED")
        c.send(b"incr %s %d\r\n" % (counter, rng.randrange(9)))
        c.line()
        # pipelined, then some that nobody answers
        some = rng.sample(keys, 12)
        c.send(b"".join(store(b"set", k, text(rng, 1, 200)) for k in some))
        for _ in some:
            expect(b"STORED")
        for k in some[:6]:
            c.send(store(b"append", k, text(rng, 1, 30), b" noreply"))
        c.send(b"delete %s noreply\r\n" % some[6])
        if some[0] not in get(some):
            raise Wrong("what was stored is not there")
        if turn % 10 == 3:
            big = text(rng, 100000, 300000)
            c.send(store(b"set", keys[0], big))
            expect(b"STORED")
            if get([keys[0]])[keys[0]] != big:
                raise Wrong("what was stored is not what one gets")
        done += 26
    c.send(b"quit\r\n")
    c.close()
    return done


def memcached_dump(addr, port, count):
    """The hash of each key's value."""
    c = Conn(addr, port)
    for key in (b"k%d.%d" % (me, k) for me in range(count) for k in range(MEMCACHED_KEYS)):
        c.send(b"get %s\r\n" % key)
        while (line := c.line()) != b"END":
            size = int(line.split(b" ")[3])
            print(key.decode(), size, hashlib.sha256(c.block(size + 2)).hexdigest())
    c.close()


# --- websocket --------------------------------------------------------------------------------------
WS_MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"


def ws_accept(key):
    return base64.b64encode(hashlib.sha1(key + WS_MAGIC).digest())


def ws_frame(opcode, payload, mask=None):
    n = len(payload)
    size = bytes([n]) if n < 126 else b"\x7e" + struct.pack(">H", n) if n < 65536 else b"\x7f" + struct.pack(">Q", n)
    if mask is None:
        return bytes([0x80 | opcode]) + size + payload
    return bytes([0x80 | opcode, size[0] | 0x80]) + size[1:] + mask + ws_masked(payload, mask)


def ws_masked(payload, mask):
    key = (mask * (len(payload) // 4 + 1))[:len(payload)]
    return (int.from_bytes(payload, "big") ^ int.from_bytes(key, "big")).to_bytes(len(payload), "big")


def ws_read(c):
    """Opcode and payload of the next frame."""
    opcode, n = c.block(2)
    masked, n = n & 0x80, n & 0x7f
    if n == 126:
        n = struct.unpack(">H", c.block(2))[0]
    elif n == 127:
        n = struct.unpack(">Q", c.block(8))[0]
    mask = c.block(4) if masked else None
    payload = c.block(n)
    return opcode & 15, ws_masked(payload, mask) if mask else payload


def websocket_client(addr, port, me):
    rng = random.Random(me)
    c = Conn(addr, port)
    key = base64.b64encode(rng.randbytes(16))
    c.send(b"GET /ws/%d HTTP/1.1\r\nHost: lab\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           b"Sec-WebSocket-Key: %s\r\nSec-WebSocket-Version: 13\r\n\r\n" % (me, key))
    head = []
    while line := c.line():
        head.append(line)
    if b" 101 " not in head[0] or b"Sec-WebSocket-Accept: " + ws_accept(key) not in head:
        raise Wrong(f"no websocket: {head[0]!r}")
    done = 0
    for turn in range(40):
        # one by one, and some at once
        for burst in (1, 1, rng.randint(2, 8)):
            sizes = [rng.choice((rng.randint(0, 125), rng.randint(126, 3000))) for _ in range(burst)]
            if turn % 20 == 7 and burst > 1:
                sizes.append(70000)
            sent = [rng.randbytes(n) for n in sizes]
            c.send(b"".join(ws_frame(2, p, rng.randbytes(4)) for p in sent))
            for p in sent:
                if ws_read(c) != (2, p):
                    raise Wrong("the echo is not what was sent")
                done += 1
    c.send(ws_frame(8, struct.pack(">H", 1000), rng.randbytes(4)))
    if ws_read(c)[0] != 8:
        raise Wrong("no close in answer to a close")
    c.close()
    return done


# --- the server behind nginx -------------------------------------------------------------------------
class Backend:
    """Echoes websockets, streams events. A line a connection in the log, when it is over."""

    def __init__(self, port, log):
        self.log = open(log, "a", encoding="ascii", buffering=1)
        self.listener = socket.create_server(("127.0.0.1", port), backlog=128)
        while True:
            sock, _ = self.listener.accept()
            threading.Thread(target=self.serve, args=(sock,), daemon=True).start()

    def serve(self, sock):
        c = Conn.__new__(Conn)
        c.sock, c.file = sock, sock.makefile("rb")
        try:
            path = c.line().split(b" ")[1]
            head = {}
            while line := c.line():
                name, value = line.split(b": ", 1)
                head[name.lower()] = value
            said = self.echo(c, head) if path.startswith(b"/ws/") else self.stream(c)
        except (Wrong, OSError, IndexError) as e:
            said = f"broke off: {e!r}"
        self.log.write(f"{path.decode()} {said}\n")
        c.close()

    @staticmethod
    def echo(c, head):
        c.send(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
               b"Sec-WebSocket-Accept: %s\r\n\r\n" % ws_accept(head[b"sec-websocket-key"]))
        frames, digest = 0, hashlib.sha256()
        while True:
            opcode, payload = ws_read(c)
            c.send(ws_frame(opcode, payload))
            if opcode == 8:
                return f"{frames} frames {digest.hexdigest()}"
            frames += 1
            digest.update(struct.pack(">Q", len(payload)) + payload)

    @staticmethod
    def stream(c):
        c.send(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")
        for i in range(40):
            c.send(b"id: %d\r\ndata: %s\r\n\r\n" % (i, b"x" * (i * 37 % 2000)))
            time.sleep(0.05)
        return "40 events"


# --- the command line -------------------------------------------------------------------------------
def main():
    what, args = sys.argv[1], sys.argv[2:]
    if what == "backend":
        Backend(int(args[0]), args[1])
    addr, port, count = args[0], int(args[1]), int(args[2])
    if what == "memcached-dump":
        memcached_dump(addr, port, count)
        return
    client, unit = {
        "redis": (redis_client, "commands"),
        "memcached": (memcached_client, "commands"),
        "websocket": (websocket_client, "frames"),
    }[what]
    n = concurrently(count, lambda me: client(addr, port, me))
    print(f"{what}: {n} {unit} over {count} connections were answered")


main()
