#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Holds docs/man/tcopyctl.8 against what the program says of itself.

    tests/lint/man.py build/tcopyctl

Every command has a section of its name, every option of its help an entry there (those that add-target and set-target
share: in "Options of targets"), and the page tells of none that is not there. The help of every command ends with
examples, which are of that command and are understood; all of it fits into 80 columns. A line for each difference; exit status 1
when there is one."""
import os
import re
import shlex
import subprocess
import sys

PAGE = os.path.join(os.path.dirname(os.path.realpath(__file__)), '../../docs/man/tcopyctl.8')
SHARED = 'Options of targets'


def said(program, *command):
    return subprocess.run([program, *command, '--help'], capture_output=True, text=True, check=True).stdout


def example_faults(program, command, text):
    """Each is read by the program, to its last word; then it asks for help, so that nothing is done."""
    lines = re.findall(r'(?m)^  (\S.*)', text.partition('\nexamples:\n')[2])
    if not lines:
        yield 'no example'
    for line in lines:
        words = shlex.split(line.partition(' | ')[0])
        if words[0] != 'tcopyctl' or command not in words:
            yield f'example of something else: {line}'
            continue
        run = subprocess.run([program, *words[1:], '--help'], capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if run.returncode or run.stdout != text:
            yield f'example is not understood: {line}: {run.stderr.partition(chr(10))[0]}'


def wide_lines(text):
    return [f'{len(line)} columns: {line}' for line in text.splitlines() if len(line) > 80]


def options(text):
    """Of a command's help: those in its usage line, and those that begin a line."""
    usage, _, rest = text.partition('\n')
    return set(re.findall(r'\[(--[a-z][a-z-]*)', usage)) | set(re.findall(r'(?m)^  (?:-[a-z], )?(--[a-z][a-z-]*)', rest))


def page():
    """{section: options with an entry there}; before the first .Ss the global ones."""
    sections, at = {'': set()}, ''
    for line in open(PAGE):
        if line.startswith('.Ss '):
            at = line[4:].strip()
            sections[at] = set()
        elif line.startswith('.It Fl '):
            sections[at] |= {'-' + o for o in re.findall(r'(?<= )(-[a-z][a-z-]*)', line)}
    return sections


def main():
    program, sections, bad = sys.argv[1], page(), []
    text = said(program)
    commands = re.findall(r'(?m)^  ([a-z][a-z-]*) ', text.partition('commands:\n')[2].partition('\n\n')[0])
    if not commands:
        bad.append('the program names no command')
    # the section before the commands
    wanted = {'': {o for o in re.findall(r'(?m)^  -[a-zA-Z], (--[a-z]+)', text)}}
    both = options(said(program, 'add-target')) & options(said(program, 'set-target'))
    wanted[SHARED] = both
    for c in commands:
        wanted[c] = options(said(program, c)) - (both if c in ('add-target', 'set-target') else set())
    for where, names in wanted.items():
        if where not in sections:
            bad.append(f'no section "{where}"')
            continue
        bad += [f'{where or "DESCRIPTION"}: no entry for {o}' for o in sorted(names - sections[where])]
        bad += [f'{where or "DESCRIPTION"}: {o} is no option there' for o in sorted(sections[where] - names)]
    bad += [f'section "{s}" is about no command' for s in sections if s not in wanted]
    bad = [f'docs/man/tcopyctl.8: {line}' for line in bad]
    bad += [f'tcopyctl {c} --help: {fault}' for c in commands for fault in example_faults(program, c, said(program, c))]
    bad += [f'tcopyctl {c} --help: {fault}' for c in ['', *commands] for fault in wide_lines(said(program, *c.split()))]
    for line in bad:
        print(line)
    sys.exit(bool(bad))


main()
