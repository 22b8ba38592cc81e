# SPDX-License-Identifier: GPL-2.0
"""Inside of gdb, for bench/step: steps through calls of a function of the guest's kernel, and counts.

TCOPY_STEP_LOGS has the guest's kallsyms; step.steps and step.table go there."""
import bisect
import collections
import os

import gdb

# calls that are let go first: what is read for the first time, connections that begin
SKIP = 200
# a call that was interrupted takes longer than this
LONGEST = 100000


class Symbols:
    def __init__(self, path):
        with open(path, encoding='ascii') as f:
            fields = [line.split() for line in f]
        self.functions = sorted((int(a, 16), name) for a, kind, name, *_ in fields if kind in 'tTwW')
        self.addresses = [a for a, _ in self.functions]

    def find(self, name):
        found = [a for a, n in self.functions if n == name]
        if len(found) != 1:
            raise SystemExit(f'the kernel has {len(found)} functions {name}')
        return found[0]

    def at(self, pc):
        start, name = self.functions[bisect.bisect_right(self.addresses, pc) - 1]
        return f'{name}+{pc - start:#x}'


def register(name):
    return int(gdb.parse_and_eval(f'${name}')) & (1 << 64) - 1


def quietly(command):
    gdb.execute(command, to_string=True)


def repeats(pc):
    """Is it a string instruction, which is stepped through a round at a time?"""
    return gdb.selected_inferior().read_memory(pc, 1)[0] in (b'\xf2', b'\xf3')


def call():
    """Addresses of the instructions of a call that begins here. The last instruction of a block is reported twice."""
    sp, before = register('rsp'), None
    back = int(gdb.parse_and_eval('*(unsigned long *)$rsp')) & (1 << 64) - 1
    pcs = []
    while len(pcs) < LONGEST:
        pc = register('pc')
        if pc == back and register('rsp') > sp:
            return pcs
        if pc != before or repeats(pc):
            pcs.append(pc)
        before = pc
        quietly('stepi')
    return pcs


def main():
    logs = os.environ['TCOPY_STEP_LOGS']
    symbols = Symbols(f'{logs}/step.kallsyms')
    start = symbols.find(os.environ['TCOPY_STEP_OF'])
    for command in ('set pagination off', 'set confirm off', 'set architecture i386:x86-64', f'target remote {logs}/step.gdb', f'hbreak *{start:#x}'):
        quietly(command)
    calls = []
    for n in range(SKIP + int(os.environ['TCOPY_STEP_CALLS'])):
        quietly('continue')
        if n >= SKIP:
            calls.append([symbols.at(pc) for pc in call()])
    quietly('delete')
    quietly('detach')
    with open(f'{logs}/step.steps', 'w', encoding='ascii') as f:
        for steps in calls:
            f.write(f'{len(steps)} steps\n' + '\n'.join(steps) + '\n')
    calls.sort(key=len)
    median = calls[len(calls) // 2]
    own = collections.Counter(step.rsplit('+', 1)[0] for step in median)
    with open(f'{logs}/step.table', 'w', encoding='ascii') as f:
        for name, n in own.items():
            f.write(f'{n:8}  {name}\n')
        f.write(f'{len(median):8}  in all; of all calls {", ".join(str(len(c)) for c in calls)}\n')


main()
