#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""scale.py DIR RESULTS KERNEL VERSION: what bench/guest-scale said, as a table, and into the file of results.

scale.py RESULTS: the table of that file."""
import json
import os
import sys

import count
import table

PARTS = [('hook', 'capture_v4', lambda arg: arg > count.HEADERS, lambda arg: 1),
         ('session', 'tcopy_session_packet', lambda arg: True, lambda arg: 1)]
# name of a line, and its text of a number of sessions
LINES = [
    ('sessions, of so many connections', lambda r: f'{r["sessions"]:,}'),
    # below that what the kernel keeps ready is more than what sessions take
    ('memory a session, idle', lambda r: f'{r["bytes"]:,} bytes' if r['n'] >= 10000 else '-'),
    ('of it `struct tcopy_session` with its slab', lambda r: f'{r["slab_bytes"]:,} bytes'),
    ('memory a connection in the relay', lambda r: f'{r["relay_bytes"]:,} bytes' if r['n'] >= 10000 else '-'),
    ('set-up, copying alone, relay and answers included: sessions a second', lambda r: rate(r['open_ns'] - r['base_ns'])),
    ('connections without copying: a second', lambda r: rate(r['base_ns'])),
    ('an established payload packet: the hook', lambda r: f'{r["hook"]:,.0f}'),
    ('and the session', lambda r: f'{r["session"]:,.0f}'),
    ('both, with 1,000 targets', lambda r: f'{r["targets_hook"] + r["targets_session"]:,.0f}'),
    ('1,000 targets by themselves: of a CPU', lambda r: f'{r["target_rest_us"] / 10000:.1f} %'),
    ('targets added, by `restore`: a second', lambda r: rate(r['target_add_ns'])),
    ('and deleted, by `restore`: a second', lambda r: rate(r['target_del_ns'])),
    ('tear-down by clients\' RSTs: sessions a second', lambda r: rate(r['reset_ns'])),
    ('`show-sessions -j`: sessions a second', lambda r: rate(r['dump_ns'])),
    ('`del-target all`: sessions a second', lambda r: rate(r['del_ns'])),
    ('of that until the command comes back, besides 0.2 s of waiting', lambda r: f'{r["del_ms"] / 1000:.2f} s'),
]


def rate(ns):
    return f'{1e9 / ns:,.0f}' if ns > 0 else '-'


def collect(directory):
    """A dictionary of each number of sessions."""
    rows = {}
    with open(f'{directory}/scale.lines', encoding='utf-8') as f:
        for line in f:
            words = line.split()
            if words and words[0] == 'scale':
                values = {k: int(v) for k, v in (w.split('=') for w in words[1:])}
                rows.setdefault(values['n'], {}).update(values)
    counts = count.Counts(directory)
    for n, row in rows.items():
        for name, function, keep, parts in PARTS:
            for prefix, run in (('', f'scale{n}'), ('targets_', f'scale{n}.targets')):
                if os.path.exists(f'{directory}/count.{run}.{function}.gz'):
                    row[prefix + name] = counts.median(f'{run}.{function}', keep, parts)[0]
    return list(rows.values())


def show(section):
    rows = section['rows']
    print(f'Live sessions; Linux {section["kernel"]}, tcopy {section["version"]}; one instruction is one nanosecond (QEMU icount)\n')
    print('| | ' + ' | '.join(f'{r["n"]:,}' for r in rows) + ' |')
    print('| --- ' * (len(rows) + 1) + '|')
    for name, text in LINES:
        cells = []
        for r in rows:
            try:
                cells.append(text(r))
            except KeyError:
                cells.append('-')
        print(f'| {name} | ' + ' | '.join(cells) + ' |')
    for r in rows:
        if r.get('shed') or r.get('dumped', r['sessions']) < r['sessions']:
            print(f'\n**{r["n"]:,}: {r["sessions"]} sessions, shed or lost {r["shed"]}, dumped {r.get("dumped")}**')


if len(sys.argv) == 2:
    show(table.load(sys.argv[1])['scale'])
else:
    found = {'kernel': sys.argv[3], 'version': sys.argv[4], 'rows': collect(sys.argv[1])}
    table.store(sys.argv[2], 'scale', found)
    show(found)
