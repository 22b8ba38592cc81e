#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""lag.py ONLINE TEST <trace: how far the test server is behind the online server.

Reads lines of the kprobe tcopy_lag (bench/guest): requests that have reached a server's socket. Every one that did so at
ONLINE has at TEST, once a copy, by the end of the trace, so the mean of the lag is the difference of the means, whichever
copy belongs to which request; percentiles compare the n-th arrivals.
"""
import re
import socket
import sys


def arrivals(lines, addr):
    """Times, in microseconds, of requests at a server's address."""
    word = int.from_bytes(socket.inet_aton(addr), sys.byteorder)
    at = re.compile(r'\s(\d+)\.(\d{6}): tcopy_lag: .* at=' + hex(word) + ' ')
    found = (at.search(line) for line in lines)
    return sorted(int(m[1]) * 1000000 + int(m[2]) for m in found if m)


def main():
    lines = sys.stdin.readlines()
    online, test = (arrivals(lines, addr) for addr in sys.argv[1:3])
    if not online or not test:
        print('lag_us=none')
        return
    copies = round(len(test) / len(online)) or 1
    each = sorted(t for t in online for _ in range(copies))
    lag = sum(test) / len(test) - sum(each) / len(each)
    per = sorted(t - o for t, o in zip(test, each))
    print(f'lag_us={lag:.0f} lag99_us={per[len(per) * 99 // 100]} lag_n={len(online)} lag_copies={len(test)}')


main()
