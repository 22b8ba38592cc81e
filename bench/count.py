#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""count.py DIR RESULTS KERNEL VERSION [FUNCTION...]: instructions a call, of what bench/count has traced.

RESULTS may be empty: then they are only printed."""
import collections
import gzip
import re
import statistics
import sys

import table

EVENT = re.compile(r'\[(\d+)\] \S+ +(\d+): tcopy_(in|out): \((\w+).*?(?:len=(\d+))?$')
# In this lab, over IPv4 with timestamps: headers of a packet, of a datagram of answers, and a record in it
HEADERS, DATAGRAM, RECORD = 52, 8, 60


def calls(path):
    """(argument, caller, ticks, CPU) of each call."""
    begun = collections.defaultdict(list)
    with gzip.open(path, 'rt', errors='replace') as f:
        for line in f:
            m = EVENT.search(line.rstrip())
            if not m:
                continue
            if m[3] == 'in':
                begun[m[1]].append((int(m[5] or 0), int(m[2])))
            elif begun[m[1]]:
                arg, at = begun[m[1]].pop()
                yield arg, m[4], int(m[2]) - at, int(m[1])


class Counts:
    """Calls of one run, without what the probes cost."""
    def __init__(self, directory):
        self.directory = directory
        self.probes = 0
        self.probes = self.median('nothing', lambda arg: True, lambda arg: 1)[0]

    def calls(self, name):
        for arg, caller, ticks, _ in calls(f'{self.directory}/count.{name}.gz'):
            yield arg, caller, ticks - self.probes

    def median(self, name, keep, parts):
        n = [ticks / parts(arg) for arg, _, ticks in self.calls(name) if keep(arg)]
        if not n:
            sys.exit(f'{name}: never called')
        return summary(n)

    def callers(self, name):
        """Each caller that counts, and what its calls took."""
        by = collections.defaultdict(list)
        for _, caller, ticks in self.calls(name):
            by[caller].append(ticks)
        for caller in sorted(by, key=lambda c: -len(by[c])):
            if len(by[caller]) > 100:
                yield caller, summary(by[caller])


def summary(n):
    n.sort()
    return statistics.median(n), n[len(n) // 10], n[len(n) * 9 // 10], len(n)


def line(what, counted):
    median, low, high, n = counted
    print(f'{median:8.0f} {low:8.0f} {high:8.0f} {n:8}  {what}')


def main():
    directory, out, kernel, version = sys.argv[1:5]
    functions = sys.argv[5:]
    counts = Counts(directory)
    print('  median      10%      90%    calls')

    def calls_of(row, function, keep=lambda arg: True, parts=lambda arg: 1):
        return counts.median(f'{row}.{function}', keep, parts)

    for function in functions:
        for caller, counted in counts.callers(f'unpaced.small.{function}'):
            line(f'{function}, by {caller}', counted)
    if functions:
        return
    hook = calls_of('unpaced.small', 'capture_v4', lambda arg: arg > HEADERS)
    engine = calls_of('unpaced.small', 'tcopy_session_packet')
    line('an established payload packet: the hook', hook)
    line('    and the session, to the return of the device\'s transmit', engine)
    print(f'{hook[0] + engine[0]:8.0f} {"":26}      both')
    ack = calls_of('intercept.large', 'capture_v4', lambda arg: arg == HEADERS)
    other = calls_of('other.small', 'capture_v4')
    header = calls_of('unpaced.small', 'tcopy_feedback_run', lambda arg: arg >= DATAGRAM + 2 * RECORD,
                      lambda arg: (arg - DATAGRAM) / RECORD)
    line('a pure ACK', ack)
    line('a packet of no interest', other)
    line('a header in a batch', header)
    if out:
        medians = {'hook': hook[0], 'session': engine[0], 'ack': ack[0], 'other': other[0], 'header': header[0]}
        table.store(out, 'count', {'kernel': kernel, 'version': version, 'medians': medians})
    line('a run of the queue, all included', calls_of('unpaced.small', 'netns_run'))


if __name__ == '__main__':
    main()
