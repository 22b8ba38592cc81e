#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""chart.py RESULTS IMAGE...: what a service keeps of its requests a second, row by row.

RESULTS are those of bench/run; the ending of each IMAGE says what it is (svg, png). The same results make the same
file: no time stamps, and an SVG whose texts are texts."""
import json
import statistics
import sys

import matplotlib
matplotlib.use('Agg')
# pylint: disable=wrong-import-position
from matplotlib import pyplot

import table

COLOURS = {'small': '#1b6ca8', 'each': '#e08e0b', 'large': '#4a9c5d'}
# The project's goals, and what the lab in which they were set did without copying
GOALS = {'small': 12500 / 22252, 'each': 4000 / 6289, 'large': 1340 / 1662}
NAMES = {
    'loaded': 'loaded, no target',
    'other': 'target on another port',
    'dup': 'nft dup: nobody answers',
    'intercept': 'tcopy',
    'direct': 'tcopy --direct',
    'copies10': 'tcopy --copies 10',
    'sink_intercept': 'tcopy, least server',
}
HEIGHT = 0.26


def kept(cells, row, load):
    """Mean, least and most of the rates of a cell, in percent of those without copying; None: not measured."""
    base = cells.get(f'{table.base_of(row)}/{load}')
    cell = cells.get(f'{row}/{load}')
    if not base or not cell:
        return None
    rates = [100 * r / statistics.mean(base['rate']) for r in cell['rate']]
    return statistics.mean(rates), min(rates), max(rates)


def draw(result, axes):
    cells = result['cells']
    rows = [r for r in NAMES if any(kept(cells, r, load) for load, _ in table.LOADS)]
    for i, (load, name) in enumerate(table.LOADS):
        at, means, spread, label = [], [], [[], []], name
        for y, row in enumerate(rows):
            found = kept(cells, row, load)
            if found:
                at.append(y + (i - 1) * HEIGHT)
                means.append(found[0])
                spread[0].append(found[0] - found[1])
                spread[1].append(found[2] - found[0])
        axes.barh(at, means, HEIGHT * 0.9, color=COLOURS[load], label=label, xerr=spread, error_kw={'elinewidth': 1, 'capsize': 2})
        for y, value in zip(at, means):
            axes.text(1, y, f'{value:.1f}', va='center', color='white', fontsize=7)
        if 'intercept' in rows:
            y = rows.index('intercept') + (i - 1) * HEIGHT
            axes.plot([100 * GOALS[load]] * 2, [y - HEIGHT / 2, y + HEIGHT / 2], color='black', linewidth=2,
                      label='goal' if i == 2 else None)
    axes.set_yticks(range(len(rows)), [NAMES[r] for r in rows])
    axes.invert_yaxis()
    axes.set_xlim(0, 105)
    axes.set_xlabel('requests a second, in percent of those without copying')
    runs = max(len(c['rate']) for c in cells.values())
    axes.set_title(f'tcopy {result["version"]} on Linux {result["kernel"]}: client, online and test host on one CPU, '
                   f'{runs} run{"s" if runs > 1 else ""}', fontsize=9, loc='left')
    for side in ('top', 'right'):
        axes.spines[side].set_visible(False)
    axes.legend(loc='upper center', bbox_to_anchor=(0.4, -0.13), ncol=4, frameon=False, fontsize=8)


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    with open(sys.argv[1], encoding='utf-8') as f:
        result = json.load(f)
    # what the SVG calls its parts is random otherwise
    matplotlib.rcParams.update({'svg.hashsalt': 'tcopy', 'svg.fonttype': 'none', 'font.size': 9})
    figure, axes = pyplot.subplots(figsize=(8.4, 5))
    draw(result, axes)
    figure.tight_layout()
    for path in sys.argv[2:]:
        metadata = {'Date': None} if path.endswith('.svg') else {'Software': None}
        figure.savefig(path, metadata=metadata, dpi=110)


main()
