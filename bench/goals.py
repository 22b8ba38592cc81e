#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""goals.py RESULTS: what the project wants of copying, and what the file of results has of it."""
import statistics
import sys

import table

LOADS = dict(table.LOADS)
# requests a second that the lab in which the goals were set made without copying, the goals, and what is not to be missed
RATES = {'small': (22252, 12500, 11500), 'each': (6289, 4000, 3600), 'large': (1662, 1340, 1250)}


def rate(result, row, load):
    cell = result['cells'].get(f'{row}/{load}')
    return statistics.mean(cell['rate']) if cell else None


def of_table(result):
    """(what, goal, measured, met) of the cells."""
    for load, (_, goal, least) in RATES.items():
        found = rate(result, 'intercept', load)
        if found:
            yield (f'{LOADS[load]}: requests a second', f'{goal:,}', f'{found:,.0f}' + ('' if found >= least else ', even too few'),
                   found >= goal)
            lag = table.mean(result['cells'][f'intercept/{load}'], 'lag_us')
            if lag is not None:
                yield f'{LOADS[load]}: lag of the copy', '1 ms', f'{lag / 1000:.2f} ms', lag < 1000
    for row, most in (('loaded', 0.5), ('other', 0.5)):
        for load, name in table.LOADS:
            found, base = rate(result, row, load), rate(result, 'none', load)
            if found and base:
                less = 100 * (1 - found / base)
                yield f'{table.ROWS[row]}: {name}', f'{most} % less', f'{less:.1f} %', less <= most
    direct, found = rate(result, 'direct', 'small'), rate(result, 'intercept', 'small')
    if direct and found:
        yield '`--direct`, small: requests a second', f'{found:,.0f}, as through the intercept', f'{direct:,.0f}', direct >= found


def of_count(medians):
    parts = [('an established payload packet, hook and session', 3500, medians['hook'] + medians['session']),
             ('a pure ACK', 100, medians['ack']), ('a packet of no interest', 50, medians['other']),
             ('a header in a batch', 600, medians['header'])]
    for what, goal, found in parts:
        yield f'{what}: instructions', f'{goal:,}', f'{found:,.0f}', found <= goal


def of_latency(rows):
    for row, name in (('intercept', 'one copy'), ('copies100', 'a hundred copies')):
        added = rows[row]['wake'] - rows['none']['wake']
        yield f'production is woken up later, {name}: instructions', '1,500', f'{added:,}', added <= 1500


def of_upload(upload):
    yield '100 MB upload: online host\'s instructions', '1.30 times `nft dup`', f'{upload["ratio"]:.2f}', upload['ratio'] <= 1.3


def of_relay(relay):
    found = statistics.median(relay['rates']['20/1'])
    yield 'one relay, native: headers a second', '500,000', f'{found:,.0f}', found >= 500000


def of_scale(scale):
    rows = sorted(scale['rows'], key=lambda r: r['n'])
    first, last = rows[0], rows[-1]
    if last['n'] >= 100000:
        yield f'{last["n"]:,} sessions: memory of one, idle', '512 bytes', f'{last["bytes"]:,}', last['bytes'] <= 512
    if first is not last:
        times = (last['hook'] + last['session']) / (first['hook'] + first['session'])
        yield f'a packet with {last["n"]:,} against {first["n"]:,} sessions', '2 times', f'{times:.2f}', times <= 2


def main():
    result = table.load(sys.argv[1])
    found = list(of_table(result)) if 'cells' in result else []
    if 'count' in result:
        found += of_count(result['count']['medians'])
    for section, of in (('latency', lambda s: of_latency(s['rows'])), ('upload', of_upload), ('relay', of_relay), ('scale', of_scale)):
        if section in result:
            found += of(result[section])
    print('| | goal | measured | |\n| --- | --- | --- | --- |')
    for what, goal, measured, met in found:
        print(f'| {what} | {goal} | {measured} | {"met" if met else "**missed**"} |')


main()
