#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""upload.py DIR RESULTS KERNEL VERSION [FUNCTION...]: what bench/upload has traced, as a table, and into the file of results."""
import os
import sys

import count
import table

PARTS = {
    'dup': {'nf_dup_ipv4': '`nft dup`'},
    'intercept': {
        'capture_v4': 'tcopy: the hook',
        'netns_run': 'tcopy: the queue: packets, headers',
        'queue_acks': 'tcopy: acknowledgments that waited',
        'tcopy_session_timer': 'tcopy: timers of sessions',
        'tcopy_feedback_rcv': 'tcopy: datagrams of headers, up to the queue',
    },
}


def main():
    directory, out, kernel, version = sys.argv[1:5]
    counts = count.Counts(directory)
    rows = {}
    print(f'Instructions for the copy of 100 MB on the online host; Linux {kernel}, tcopy {version}\n')
    print('| | instructions | calls | median |')
    print('| --- | --- | --- | --- |')

    def show(row, function, text):
        if not os.path.exists(f'{directory}/count.{row}.upload.{function}.gz'):
            print(f'| {text} | - | - | - |')
            return 0
        ticks = sorted(t for _, _, t in counts.calls(f'{row}.upload.{function}'))
        print(f'| {text} | {sum(ticks):,.0f} | {len(ticks):,} | {ticks[len(ticks) // 2] if ticks else 0:,.0f} |')
        return sum(ticks)

    for row, parts in PARTS.items():
        rows[row] = sum(show(row, function, text) for function, text in parts.items())
    for function in sys.argv[5:]:
        show('intercept', function.removesuffix(':skb'), f'in there: `{function.removesuffix(":skb")}`')
    rows['ratio'] = rows['intercept'] / rows['dup']
    print(f'| tcopy, all | {rows["intercept"]:,.0f}, {rows["ratio"]:.2f} times `nft dup` | | |')
    table.store(out, 'upload', {'kernel': kernel, 'version': version, **rows})


main()
