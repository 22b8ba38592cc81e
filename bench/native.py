#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""native.py LINES RESULTS VERSION: what bench/native has measured, as a table, and into the file of results."""
import statistics
import sys

import table

STAGES = {'capture': 'the hook', 'engine': 'the engine', 'feedback': 'feedback, a header'}


def lines(path, kind):
    with open(path, encoding='utf-8') as f:
        for words in map(str.split, f):
            if words and words[0] == kind:
                yield dict(w.split('=') for w in words[1:])


def spread(values, form):
    return f'{form(statistics.median(values))} | {form(min(values))} to {form(max(values))}'


def main():
    cells = list(lines(sys.argv[1], 'cell'))
    profiles = list(lines(sys.argv[1], 'profile'))
    ratios = []
    for without, copied in zip(cells[::2], cells[1::2]):
        if (without['row'], copied['row']) != ('none', 'intercept'):
            sys.exit('the pairs are not in order')
        ratios.append(float(copied['rate']) / float(without['rate']))
    if not ratios or len(profiles) != len(ratios):
        sys.exit('a pair is missing')
    table.store(sys.argv[2], 'native', {'version': sys.argv[3], 'ratios': ratios, 'profiles': profiles})
    print(f'Small requests in User Mode Linux at this machine\'s own speed, {len(ratios)} pairs; tcopy {sys.argv[3]}\n')
    print('| | median | of all pairs |')
    print('| --- | --- | --- |')
    print(f'| requests a second, copied to not copied | {spread(ratios, lambda v: f"{v:.2f}")} |')
    for stage, what in STAGES.items():
        for part, name in ('p50', 'half of them within'), ('p99', '99 % within'):
            ns = [float(p[f'{stage}_{part}_ns']) for p in profiles]
            print(f'| {what}, {name} | {spread(ns, lambda v: f"{v:,.0f} ns")} |')
    lost = sum(int(c['shed']) for c in cells)
    if lost:
        print(f'\n**shed or lost: {lost:,}**')


main()
