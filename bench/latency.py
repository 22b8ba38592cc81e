#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""latency.py LINES RESULTS KERNEL VERSION: what bench/latency has traced, as a table, and into the file of results."""
import sys

import table

NAMES = {'none': 'no module', 'intercept': 'tcopy', 'copies100': 'tcopy `--copies 100`'}


def main():
    rows = {}
    with open(sys.argv[1], encoding='utf-8') as f:
        for line in f:
            words = line.split()
            if words and words[0] == 'wake':
                values = dict(w.split('=') for w in words[1:])
                rows[values.pop('row')] = {k: int(v) for k, v in values.items() if v.isdigit()}
    table.store(sys.argv[2], 'latency', {'kernel': sys.argv[3], 'version': sys.argv[4], 'rows': rows})
    print(f'Instructions from the reception of a packet to the wake-up of its socket; Linux {sys.argv[3]}, tcopy {sys.argv[4]}\n')
    print('| | median | 10 % | 90 % | added | requests | copies answered |')
    print('| --- | --- | --- | --- | --- | --- | --- |')
    for name, text in NAMES.items():
        r = rows[name]
        print(f'| {text} | {r["wake"]:,} | {r["wake10"]:,} | {r["wake90"]:,} | {r["wake"] - rows["none"]["wake"]:+,} | {r["wake_n"]:,} | {r["copied"]:,} |')
        if r['shed']:
            print(f'\n**{text}: shed or lost {r["shed"]:,}**')


main()
