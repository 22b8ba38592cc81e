#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The benchmark's table.

  table.py FILE                                 print results
  table.py --collect LINES FILE KERNEL VERSION  make FILE of the lines that bench/guest said
"""
import json
import os
import statistics
import sys

LOADS = [('small', 'keep-alive small'), ('each', 'a connection each'), ('large', 'keep-alive 100 KB')]
ROWS = {
    'none': 'no module',
    'loaded': 'tcopy.ko loaded, no target',
    'other': 'a target on another port',
    'dup': '`nft dup` (nobody answers)',
    'intercept': 'tcopy, answers stolen on the test host',
    'direct': 'tcopy `--direct`',
    'copies10': 'tcopy `--copies 10`',
    'sink_none': 'least server: no module',
    'sink_intercept': 'least server: tcopy',
}


def load(path):
    with open(path, encoding='utf-8') as f:
        return json.load(f)


def save(path, result):
    with open(path, 'w', encoding='utf-8') as f:
        json.dump(result, f, indent=1)
        f.write('\n')


def store(path, section, data):
    """Put another measurement's part into a file of results."""
    result = load(path) if os.path.exists(path) else {}
    result[section] = data
    save(path, result)


def collect(lines, out, kernel, version):
    """Results of all runs, a list a cell."""
    cells = {}
    for line in open(lines, encoding='utf-8'):
        words = [w.split('=', 1) for w in line.split() if '=' in w]
        cell = dict(words)
        key = cell.pop('row') + '/' + cell.pop('load')
        cell.pop('run')
        values = cells.setdefault(key, {})
        for name, value in cell.items():
            values.setdefault(name, []).append(None if value in ('none', '') else float(value))
    result = load(out) if os.path.exists(out) else {}
    result.update({'version': version, 'kernel': kernel, 'unit': 'one instruction is one nanosecond (QEMU icount)', 'cells': cells})
    save(out, result)


def mean(cell, name):
    values = [v for v in cell.get(name, []) if v is not None]
    return statistics.mean(values) if values else None


def base_of(row):
    """The row that is measured without copying."""
    return 'sink_none' if row.startswith('sink') else 'none'


def text(cells, row, load):
    """One cell: rate, what a request costs more than without, and what else is to be said."""
    cell = cells.get(f'{row}/{load}')
    if not cell:
        return '-'
    rates = cell['rate']
    rate = statistics.mean(rates)
    words = [f'{rate:,.0f}']
    if len(rates) > 1:
        words[0] += f' ±{(max(rates) - min(rates)) / rate * 50:.1f} %'
    base = cells.get(f'{base_of(row)}/{load}')
    if base and cell is not base:
        added = (1 / rate - 1 / statistics.mean(base['rate'])) * 1e6
        words.append(f'{added:+.1f} us')
    lag = mean(cell, 'lag_us')
    if lag is not None:
        words.append(f'lag {lag / 1000:.2f} ms')
    if mean(cell, 'test') and row not in ('none', 'loaded', 'other', 'dup', 'sink_none'):
        test, relay = (mean(cell, n) / mean(cell, 'online') / 1000 for n in ('test_ns', 'relay_ns'))
        words.append(f'of it in the server {test:.1f}' + (f', in the relay {relay:.1f}' if relay else ''))
        words.append(f'{mean(cell, "sent") / mean(cell, "online"):.1f} packets')
        copies = mean(cell, 'test') / mean(cell, 'online')
        if abs(copies - (10 if row == 'copies10' else 1)) > 0.005:
            words.append(f'**{copies:.3f} copied**')
    if mean(cell, 'shed'):
        words.append(f'**shed or lost {mean(cell, "shed"):.0f}**')
    return '; '.join(words)


def show(path):
    result = load(path)
    cells = result['cells']
    rows = [r for r in ROWS if any(f'{r}/{load}' in cells for load, _ in LOADS)]
    print(f'Requests a second; Linux {result["kernel"]}, tcopy {result["version"]}; {result["unit"]}\n')
    print('| | ' + ' | '.join(name for _, name in LOADS) + ' |')
    print('| --- ' * (len(LOADS) + 1) + '|')
    for row in rows:
        print(f'| {ROWS[row]} | ' + ' | '.join(text(cells, row, load) for load, _ in LOADS) + ' |')


if __name__ == '__main__':
    if sys.argv[1] == '--collect':
        collect(*sys.argv[2:6])
    else:
        show(sys.argv[1])
