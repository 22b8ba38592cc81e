#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""wake.py <trace: instructions from a packet's reception to the wake-up of the socket that it is for.

Reads netif_receive_skb and the kprobe tcopy_wake (bench/guest): a socket is woken up behind the last packet that its CPU has
received. What the two events cost in between is in there, in each row the same."""
import re
import statistics
import sys

EVENT = re.compile(r'\[(\d+)\] \S+ +(\d+): (netif_receive_skb|tcopy_wake): ')


def main():
    received, ticks = {}, []
    for line in sys.stdin:
        m = EVENT.search(line)
        if not m:
            continue
        if m[3] == 'netif_receive_skb':
            received[m[1]] = int(m[2])
        elif m[1] in received:
            ticks.append(int(m[2]) - received.pop(m[1]))
    ticks.sort()
    if not ticks:
        print('wake=none wake_n=0')
        return
    n = len(ticks)
    print(f'wake={statistics.median(ticks):.0f} wake10={ticks[n // 10]} wake90={ticks[n * 9 // 10]} wake_n={n}')


main()
