#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""relay.py RESULTS VERSION <lines: what bench/relay has measured, as a table, and into the file of results."""
import statistics
import sys

import table


def main():
    rates, datagrams = {}, {}
    for line in sys.stdin:
        values = dict(w.split('=') for w in line.split())
        if int(values['unsent']):
            sys.exit(f'datagrams were lost: {line}')
        key = f'{values["batch"]}/{values["hosts"]}'
        rates.setdefault(key, []).append(float(values['second']))
        datagrams[key] = int(values['records']) / int(values['datagrams'])
    table.store(sys.argv[1], 'relay', {'version': sys.argv[2], 'rates': rates})
    print(f'One relay on one core, native, tcopy {sys.argv[2]}\n')
    print('| headers a message of the kernel | online hosts | headers a datagram | headers a second | of all runs |')
    print('| --- | --- | --- | --- | --- |')
    for key, found in rates.items():
        print(f'| {key.replace("/", " | ")} | {datagrams[key]:.1f} | {statistics.median(found):,.0f} | {min(found):,.0f} to {max(found):,.0f} |')


main()
