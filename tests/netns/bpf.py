#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""eBPF programs for tests, by system calls alone: they are there until the input ends.

bpf.py tcx NAMESPACE DEV                one that lets all pass, at the egress of DEV
bpf.py sockmap SERVER CLIENT ADDR PORT  one that moves what a client in the network namespace CLIENT says to
                                        a server in SERVER, past TCP; CLIENT then says something, ten times
"""
import ctypes
import socket
import struct
import sys

MAP_CREATE, MAP_UPDATE_ELEM, PROG_LOAD, PROG_ATTACH, LINK_CREATE = 0, 2, 5, 8, 28
SOCKMAP = 15
SCHED_CLS, SK_MSG = 3, 16
SK_MSG_VERDICT, TCX_EGRESS = 7, 47
MSG_REDIRECT_MAP, F_INGRESS = 60, 1
SYS_BPF = 321  # x86-64

libc = ctypes.CDLL(None, use_errno=True)


def bpf(cmd, attr):
    buf = ctypes.create_string_buffer(attr.ljust(128, b"\0"), 128)
    rc = libc.syscall(SYS_BPF, cmd, buf, len(buf))
    if rc < 0:
        raise OSError(ctypes.get_errno(), f"bpf({cmd})")
    return rc


def insn(code, dst=0, src=0, imm=0):
    return struct.pack("<BBhi", code, dst | src << 4, 0, imm)


def load(kind, insns, attach, name):
    code = ctypes.create_string_buffer(insns, len(insns))
    gpl = ctypes.create_string_buffer(b"GPL")
    return bpf(PROG_LOAD, struct.pack("<IIQQIIQII16sII", kind, len(insns) // 8, ctypes.addressof(code),
                                      ctypes.addressof(gpl), 0, 0, 0, 0, 0, name, 0, attach))


def namespace(name):
    with open(f"/run/netns/{name}", "rb") as f:
        if libc.setns(f.fileno(), 0x40000000):
            raise OSError(ctypes.get_errno(), f"setns {name}")


def tcx(where, dev):
    namespace(where)
    prog = load(SCHED_CLS, insn(0xB7, 0, 0, -1) + insn(0x95), 0, b"next")
    return bpf(LINK_CREATE, struct.pack("<IIII", prog, socket.if_nametoindex(dev), TCX_EGRESS, 0))


def sockmap(server, client, addr, port):
    namespace(server)
    listener = socket.create_server((addr, int(port)), family=socket.AF_INET6 if ":" in addr else socket.AF_INET)
    fd = bpf(MAP_CREATE, struct.pack("<IIIII", SOCKMAP, 4, 4, 2, 0))
    code = (insn(0x18, 2, 1, fd) + insn(0) + insn(0xB7, 3, 0, 0) + insn(0xB7, 4, 0, F_INGRESS) +
            insn(0x85, 0, 0, MSG_REDIRECT_MAP) + insn(0x95))
    bpf(PROG_ATTACH, struct.pack("<IIII", fd, load(SK_MSG, code, SK_MSG_VERDICT, b"past_tcp"), SK_MSG_VERDICT, 0))
    namespace(client)
    for _ in range(10):
        c = socket.create_connection((addr, int(port)))
        a, _ = listener.accept()
        for key, sock in ((0, a), (1, c)):
            k, v = ctypes.c_uint32(key), ctypes.c_uint32(sock.fileno())
            bpf(MAP_UPDATE_ELEM, struct.pack("<IIQQQ", fd, 0, ctypes.addressof(k), ctypes.addressof(v), 0))
        c.sendall(b"said")
        a.settimeout(10)
        got = a.recv(4)
        if got != b"said":
            raise SystemExit(f"the server has got {got}")
        c.close()
        a.close()
    return listener, fd


if __name__ == "__main__":
    held = {"tcx": tcx, "sockmap": sockmap}[sys.argv[1]](*sys.argv[2:])
    print("there", flush=True)
    sys.stdin.read()
