#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""profile.py PREFIX: sums up the samples of bench/profile.

Taking a sample costs instructions of its own, and is not seen: so samples are shares, of what a request costs when
nothing is sampled."""
import collections
import gzip
import sys

# Inclusive: what was run below these, and is not below one of them that comes deeper
BELOW = ['capture_v4', 'netns_run', 'tcopy_session_packet', 'tcopy_feedback_run', 'tcopy_session_run_unlock',
         'tcopy_transmit_send', 'tcopy_transmit_build', 'tcopy_transmit_route', 'tcopy_hold_build', 'tcopy_hold_add',
         'tcopy_session_timer', 'tcopy_session_acks', 'queue_acks', 'tcopy_feedback_rcv', 'icept_respond_hook4',
         'icept_batch_timer', 'icept_upcall_add', 'tcopy_session_new', 'process_backlog', 'ip_local_out']

# What runs on the online host for copies, but for the way of what it sends
COPIER = {'capture_v4', 'netns_run', 'queue_acks', 'tcopy_session_timer', 'tcopy_feedback_rcv'}


def samples(path):
    """(process, [function, its caller, ...]) of each sample."""
    comm, stack = None, []
    with gzip.open(path, 'rt', errors='replace') as f:
        for line in f:
            words = line.split()
            if not words:
                if comm:
                    yield comm, stack
                comm, stack = None, []
            elif comm is None:
                comm = words[0]
            else:
                stack.append(words[1] if len(words) > 1 else '?')
    if comm:
        yield comm, stack


def table(counts, scale, most):
    for name, n in counts.most_common(most):
        print(f'{n * scale:9.0f}  {name}')


def main():
    prefix = sys.argv[1]
    with open(prefix + '.rate', encoding='utf-8') as f:
        rate = float(f.read())
    by_comm, by_func, below, copier = (collections.Counter() for _ in range(4))
    for comm, stack in samples(prefix + '.gz'):
        if comm.startswith('perf'):
            continue
        by_comm[comm] += 1
        by_func[stack[0] if stack else '?'] += 1
        if COPIER.intersection(stack):
            copier[stack[0]] += 1
        for name in BELOW:
            if name in stack:
                below[name] += 1
    total = sum(by_comm.values())
    scale = 1e9 / rate / total
    print(f'{rate:,.0f} requests a second, {1e9 / rate:,.0f} instructions each; {total} samples\n\n'
          'instructions a request, by process (soft interrupts count for whom they interrupt)')
    table(by_comm, scale, 10)
    print('\nbelow a function, all included')
    table(below, scale, 40)
    print('\nby function, of what copying does on the online host')
    table(copier, scale, 50)
    print('\nby function')
    table(by_func, scale, 70)


main()
