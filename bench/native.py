#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""native.py LINES RESULTS KERNEL VERSION: what bench/native has measured, as tables, and into the file of results."""
import statistics
import sys

import table

PAIRS = [('dup', 'none'), ('intercept', 'none'), ('intercept', 'dup'), ('profiled', 'intercept')]
NAMES = {**table.ROWS, 'profiled': 'the same, with `set --profile on`'}
STAGES = {
    'capture': 'the hook, a packet of the service',
    'engine': 'its session, to the return of the device\'s transmit',
    'feedback': 'a header in a batch',
}


def spread(values, form):
    return f'{min(values):{form}} to {max(values):{form}}'


def mean_ns(cell, stage):
    return cell[f'{stage}_cpu_ppm'] * cell['profiled_ms'] / cell[f'{stage}_packets']


def is_whole(row, cell):
    """All was copied, and nothing was sent again: on a busy machine it may have been."""
    return not cell['shed'] and (row not in ('intercept', 'profiled') or abs(cell['test'] / cell['online'] - 1) <= 0.01)


def main():
    lines, out, kernel, version = sys.argv[1:5]
    of_row = {}
    for line in open(lines, encoding='utf-8'):
        if line.startswith('cell '):
            cell = dict(w.split('=', 1) for w in line.split()[1:])
            row, load = cell.pop('row'), cell.pop('load')
            of_row.setdefault(row, []).append({k: float(v) for k, v in cell.items()})
    rounds = [dict(zip(of_row, cells)) for cells in zip(*of_row.values(), strict=True)]
    whole = [r for r in rounds if all(is_whole(row, cell) for row, cell in r.items())]
    if len(whole) * 2 < len(rounds):
        sys.exit(f'in {len(rounds) - len(whole)} of {len(rounds)} rounds not all was copied at once, so this is no measurement')
    rates = {row: [r[row]['rate'] for r in whole] for row in of_row}
    profiled = [r['profiled'] for r in whole]
    stages = {s: {'mean': [mean_ns(c, s) for c in profiled],
                  **{p: [c[f'{s}_{p}_ns'] for c in profiled] for p in ('p50', 'p99')}} for s in STAGES}
    table.store(out, 'native', {'kernel': kernel, 'version': version, 'load': load, 'rates': rates, 'stages': stages})

    name = dict(table.LOADS)[load]
    left_out = f' ({len(rounds) - len(whole)} left out, where not all was copied at once)' if whole != rounds else ''
    print(f'{name}, medians of {len(whole)} rounds{left_out}; Linux {kernel} (User Mode Linux), tcopy {version}\n')
    print('Ratios of rates:\n\n| | against | ratio | least to most | in each round |\n| --- | --- | --- | --- | --- |')
    for row, base in PAIRS:
        ratios = [a / b for a, b in zip(rates[row], rates[base], strict=True)]
        each = ' '.join(f'{r:.2f}' for r in ratios)
        print(f'| {NAMES[row]} | {NAMES[base]} | {statistics.median(ratios):.2f} | {spread(ratios, ".2f")} | {each} |')
    print('\nNanoseconds:\n\n| | mean | least to most | half of them within | 99 of 100 within |\n| --- | --- | --- | --- | --- |')
    for stage, found in stages.items():
        mean, p50, p99 = (statistics.median(found[k]) for k in ('mean', 'p50', 'p99'))
        print(f'| {STAGES[stage]} | {mean:,.0f} | {spread(found["mean"], ",.0f")} | {p50:,.0f} | {p99:,.0f} |')
    print('\nA system call is far dearer there than with a real kernel, and most of a request is system calls, of the test host too: '
          'see docs/performance.md.')


main()
