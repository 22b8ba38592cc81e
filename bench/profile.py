#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""profile.py PREFIX [BASE]: sums up the samples of bench/profile, and compares them with those of another row.

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


def read(prefix):
    """Instructions a request: in all, and by process, function, and what they were for."""
    with open(prefix + '.rate', encoding='utf-8') as f:
        each = 1e9 / float(f.read())
    counts = {name: collections.Counter() for name in ('process', 'below', 'copier', 'function')}
    total = 0
    for comm, stack in samples(prefix + '.gz'):
        if comm.startswith('perf'):
            continue
        total += 1
        counts['process'][comm] += 1
        counts['function'][stack[0] if stack else '?'] += 1
        if COPIER.intersection(stack):
            counts['copier'][stack[0]] += 1
        for name in BELOW:
            if name in stack:
                counts['below'][name] += 1
    for counter in counts.values():
        for name in counter:
            counter[name] *= each / total
    return each, counts


def table(title, counts, most):
    print('\n' + title)
    for name, n in counts.most_common(most):
        print(f'{n:9.0f}  {name}')


def main():
    each, counts = read(sys.argv[1])
    print(f'{each:,.0f} instructions a request')
    table('by process (soft interrupts count for whom they interrupt)', counts['process'], 10)
    table('below a function, all included', counts['below'], 40)
    table('by function, of what copying does on the online host', counts['copier'], 50)
    table('by function', counts['function'], 50)
    if len(sys.argv) > 2:
        base = read(sys.argv[2])[1]['function']
        more = collections.Counter({name: n - base[name] for name, n in counts['function'].items()})
        table('by function, more than in the other profile', more, 70)


main()
