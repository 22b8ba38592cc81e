#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""sharing.py DIR RESULTS KERNEL VERSION ROW...: what bench/sharing has counted, a request, and into the file of results.

fetched   transfers of a line that another CPU had written since this one had it
taken     ... of one that was written here while others held it
"""
import bisect
import collections
import os
import sys

import table

MODULES = ['tcopy', 'tcopy_intercept']


class Symbols:
    """Of a guest's /proc/kallsyms."""
    def __init__(self, path):
        found = []
        with open(path) as f:
            for line in f:
                addr, _, name = line.split()[:3]
                module = line.split()[3].strip('[]') if '[' in line else ''
                found.append((int(addr, 16), name, module))
        found.sort()
        self.at = [f[0] for f in found]
        self.names = found

    def of(self, addr):
        """Its (module, name), or nothing: then it is no symbol's."""
        i = bisect.bisect_right(self.at, addr) - 1
        if i < 0 or addr - self.at[i] > 1 << 16:
            return '', ''
        return self.names[i][2], self.names[i][1]


def said(path):
    with open(path) as f:
        line = next(line for line in f if line.startswith('row='))
    return {k: v if k == 'row' else int(v) for k, v in (w.split('=') for w in line.split())}


def read(directory):
    """What one row has: of each (module, function) its [accesses, fetched, taken], and the lines that moved."""
    symbols = Symbols(os.path.join(directory, 'kallsyms'))
    functions = collections.defaultdict(lambda: [0, 0, 0])
    with open(os.path.join(directory, 'instructions')) as f:
        for line in f:
            addr, *counts = line.split()
            mine = functions[symbols.of(int(addr, 16))]
            for i, n in enumerate(counts):
                mine[i] += int(n)
    lines = []
    with open(os.path.join(directory, 'lines')) as f:
        for line in f:
            addr, n, *users = line.split()
            lines.append((int(n), int(addr, 16), [symbols.of(int(u, 16)) for u in users]))
    lines.sort(reverse=True)
    return functions, lines, symbols


def main(logs, results, kernel, version, rows):
    out = {}
    for row in rows:
        directory = os.path.join(logs, row)
        what = said(os.path.join(directory, 'said'))
        functions, lines, symbols = read(directory)
        requests = what['answers']
        print(f'\n{row}: {what["cpus"]} CPUs, {requests:,} packets of answers, {what["matched"]:,} packets of clients matched, {what["shed"]} shed or lost. '
              'Of one answer:\n')
        with open(os.path.join(directory, 'written')) as f:
            missed = f.read().strip()
        if not missed.startswith('0 '):
            print(f'No measurement: {missed}\n')
        print('| | accesses | fetched | taken |\n| --- | --- | --- | --- |')
        sums = collections.defaultdict(lambda: [0, 0, 0])
        for (module, _), counts in functions.items():
            for i, n in enumerate(counts):
                sums[module if module in MODULES else 'the kernel'][i] += n
        for name, counts in sorted(sums.items()):
            print(f'| {name} | {counts[0] / requests:.0f} | {counts[1] / requests:.2f} | {counts[2] / requests:.2f} |')
        for (module, name), counts in sorted(functions.items(), key=lambda f: -f[1][1] - f[1][2]):
            if module in MODULES and counts[1] + counts[2] > requests / 100:
                print(f'| {module}: `{name}` | {counts[0] / requests:.0f} | {counts[1] / requests:.2f} | {counts[2] / requests:.2f} |')
        print('\nlines that moved most, a packet, of those that a module has touched:\n')
        for n, addr, users in [l for l in lines if any(m in MODULES for m, _ in l[2])][:8]:
            names = dict.fromkeys(n for _, n in users)
            print(f'- {n / requests:.3f} {addr:x} {symbols.of(addr)[1]}: {", ".join(names)}')
        out[row] = dict(what, **{m: [round(c / requests, 3) for c in sums[m]] for m in sums})
    table.store(results, 'sharing', {'kernel': kernel, 'version': version, 'rows': out})


if __name__ == '__main__':
    main(*sys.argv[1:5], sys.argv[5:])
