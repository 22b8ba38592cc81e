#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Holds docs/netlink/NAME.yaml against include/uapi/linux/NAME.h.

    tests/lint/netlink.py YNL NAME...

YNL is what tests/lint/ynl prints. The kernel's generator makes a header of the spec, by its schema; a compiler
says what the names of both are worth. Types and words come from the comments of our header. A line for each
difference; exit status 1 when there is one."""
import os
import re
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
TOP = os.path.realpath(os.path.join(os.path.dirname(os.path.realpath(__file__)), '../..'))


def words(text):
    return ' '.join((text or '').split())


class Header:
    """Names of a header, and what its comments say of them.

    names: {NAME: enum it is in, or None for a #define}; docs: {NAME: words}; structs: {struct: [member]}"""

    def __init__(self, path):
        text = open(path).read()
        bare = re.sub(r'/\*.*?\*/', '', text, flags=re.S)
        self.path = path
        self.names = {m[1]: None for m in re.finditer(r'^#define[ \t]+(\w+)[ \t]+\S', bare, re.M)}
        for tag, body in re.findall(r'\benum\s+(\w+)\s*\{(.*?)\}', bare, re.S):
            for name in re.findall(r'(?:^|,)\s*(\w+)', body):
                self.names[name] = tag
        self.structs = {tag: re.findall(r'(\w+)(?:\[\d+\])?;', body)
                        for tag, body in re.findall(r'\bstruct\s+(\w+)\s*\{(.*?)\}', bare, re.S)}
        self.docs = {}
        for tag, comment in ((m[2], m[1]) for m in re.finditer(r'/\*\*\n(.*?)\*/\nenum (\w+)', text, re.S)):
            comment = re.sub(r'(?m)^ \* ?', '', comment)
            for m in re.finditer(r'(?m)^@(\w+):(.*(?:\n[^@\n].*)*)', comment):
                self.docs[m[1]] = words(m[2])

    def worth(self, more=()):
        """{NAME or further expression: value} by the compiler."""
        exprs = list(self.names) + list(more)
        source = f'#include <stdio.h>\n#include <stddef.h>\n#include "{self.path}"\nint main(void)\n{{\n'
        for e in exprs:
            # a string is compared as one
            source += (f'\t_Generic(({e}), char *: printf("%s\\t%s\\n", "{e}", (char *)(long)({e})), '
                       f'default: printf("%s\\t%lld\\n", "{e}", (long long)({e})));\n')
        with tempfile.TemporaryDirectory() as d:
            prog = os.path.join(d, 'prog')
            subprocess.run(['cc', '-w', '-I', f'{TOP}/include/uapi', '-x', 'c', '-', '-o', prog],
                           input=source + '\treturn 0;\n}\n', text=True, check=True)
            out = subprocess.run([prog], capture_output=True, text=True, check=True).stdout
        return dict(line.split('\t') for line in out.splitlines())


def generated(ynl, spec):
    """The header that the kernel's generator makes of a spec, which its schema is applied to before."""
    with tempfile.TemporaryDirectory() as d:
        os.mkdir(f'{d}/specs')
        for f in os.listdir(f'{ynl}/Documentation/netlink'):
            os.symlink(f'{ynl}/Documentation/netlink/{f}', f'{d}/{f}')
        open(f'{d}/MAINTAINERS', 'w').close()
        with open(f'{d}/specs/{os.path.basename(spec)}', 'w') as f:
            f.write(open(spec).read())
        run = subprocess.run(['/usr/bin/python3', '-B', f'{ynl}/tools/net/ynl/ynl-gen-c.py', '--mode', 'uapi', '--header',
                              '--spec', f.name, '-o', f'{d}/out.h'], capture_output=True, text=True, timeout=60)
        if run.returncode:
            said = (run.stdout + run.stderr).strip().splitlines() or ['nothing']
            wrong = [line for line in said if re.search(r'Error|License', line)]
            return None, (wrong or said)[-1]
        header = Header(f'{d}/out.h')
        return header, header.worth()


def kind(doc, before, default):
    """What the comment of an attribute says of its type: (type, of what, repeated)."""
    m = re.match(r'(u8|u16|u32|u64|string|flag|binary|nest|likewise|for alignment)\b', doc)
    if not m:
        return default, None, False
    if m[1] == 'likewise':
        return before
    of = re.match(r'(?:u8, |nest of )enum (\w+)', doc)
    return m[1].replace('for alignment', 'pad'), of and of[1], bool(re.search(r'; repeated\b', doc))


def same_enum(theirs, ours):
    """The schema gives an enum its values' prefix for a name; ours may have "_type" behind it."""
    return ours if ours in (theirs, f'{theirs}_type') else theirs


def c_name(prefix, name):
    return (prefix + name).upper().replace('-', '_')


def differences(ynl, name):
    from lib import SpecFamily
    spec, path = f'{TOP}/docs/netlink/{name}.yaml', f'{TOP}/include/uapi/linux/{name}.h'
    theirs, worth = generated(ynl, spec)
    if theirs is None:
        yield f'the generator refuses it: {worth}'
        return
    ours, family = Header(path), SpecFamily(spec, '')
    prefix = family.yaml['operations']['name-prefix'].removesuffix('cmd-')
    # the generator knows one prefix of constants: the family's name
    other = c_name(name, '-')
    worth = {re.sub(f'^{other}', c_name(prefix, ''), k): v for k, v in worth.items()}
    tags = {re.sub(f'^{other}', c_name(prefix, ''), k): v for k, v in theirs.names.items()}
    structs = [d for d in family.yaml['definitions'] if d['type'] == 'struct']
    layout = {}
    for s in structs:
        at, tag = 0, c_name(prefix, s['name']).lower()
        members = [m['name'] for m in s['members']]
        if members != ours.structs.get(tag):
            yield f'struct {tag}: {members} in the spec, {ours.structs.get(tag)} in the header'
            continue
        for m in s['members']:
            layout[f'offsetof(struct {tag}, {m["name"]})'] = str(at)
            at += m.get('len') or int(m['type'][1:]) // 8
        layout[f'sizeof(struct {tag})'] = str(at)
    for tag in set(ours.structs) - {c_name(prefix, s['name']).lower() for s in structs}:
        yield f'struct {tag} is in the header alone'
    worth.update(layout)
    real = ours.worth(layout)
    real = {k: v for k, v in real.items() if not (k.endswith('_UNSPEC') and v == '0')}
    for k in sorted(set(real) | set(worth)):
        if real.get(k) != worth.get(k):
            yield f'{k}: {worth.get(k, "absent")} in the spec, {real.get(k, "absent")} in the header'
        elif tags.get(k) and same_enum(tags[k], ours.names[k]) != ours.names[k]:
            yield f'{k}: of enum {tags[k]} in the spec, of {ours.names[k]} in the header'

    said = {}           # what the spec says of each name
    for op in family.msgs.values():
        said[c_name(family.yaml['operations']['name-prefix'], op.name)] = op['doc']
        for part in ('do', 'dump'):
            for way in ('request', 'reply'):
                for a in op.get(part, {}).get(way, {}).get('attributes', []):
                    if a not in op.attr_set.attrs:
                        yield f'{op.name}: no attribute {a} in {op.attr_set.name}'
    enums = {c_name(d.get('name-prefix', f'{name}-{d["name"]}-'), ''): d for d in family.yaml['definitions'] if d['type'] == 'enum'}
    for p, d in enums.items():
        for e in d['entries']:
            said[p + e['name'].upper().replace('-', '_')] = e.get('doc')
    for aset in family.attr_sets.values():
        before = None
        for attr in aset.attrs.values():
            full = c_name(aset.yaml['name-prefix'], attr.name)
            said[full] = attr.yaml.get('doc')
            before = want = kind(ours.docs.get(full, ''), before, 'u64' if aset.name == 'stat' else None)
            of = attr.yaml.get('enum') or attr.yaml.get('nested-attributes')
            if 'nested-attributes' in attr.yaml:
                of = family.attr_sets[of].yaml['enum-name'].replace('-', '_')
            elif of:
                d = next(d for d in enums.values() if d['name'] == of)
                of = d.get('enum-name', f'{name}-{of}').replace('-', '_')
            if of and want[1]:
                of = same_enum(of, want[1])
            have = (attr.yaml['type'], of, attr.yaml.get('multi-attr', False))
            if have != want:
                yield f'{full}: {have} in the spec, {want} by the comment in the header'
    for k, doc in said.items():
        if not words(doc):
            yield f'{k}: the spec has no words for it'
        elif k in ours.docs and words(doc) != ours.docs[k]:
            yield f'{k}: other words in the spec than "{ours.docs[k]}" in the header'


def main():
    ynl, bad = sys.argv[1], 0
    sys.path.insert(0, f'{ynl}/tools/net/ynl')
    for name in sys.argv[2:]:
        for line in differences(ynl, name):
            print(f'docs/netlink/{name}.yaml: {line}')
            bad = 1
    sys.exit(bad)


main()
