#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# A strict reading of Prometheus' text exposition format on stdin: what the format's own rules say, in front of the
# parser of python3-prometheus-client, which forgives much. Prints "NAME LABELS-AS-JSON VALUE" for each sample; exit
# status 1 with the first fault otherwise. --self: doctored texts must be refused, each for its fault.
import json
import re
import sys

from prometheus_client.parser import text_string_to_metric_families

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\\\|\\"|\\n)*"'
SAMPLE = re.compile(rf"({NAME})(?:\{{({LABEL}(?:,{LABEL})*)\}})? ([0-9]+(?:\.[0-9]+)?)")


def fault(text):
    """The first rule that the text breaks, or None."""
    if not text.endswith("\n"):
        return "the last line is not ended"
    family = kind = helped = None
    ended, seen = set(), set()
    for number, line in enumerate(text[:-1].split("\n"), 1):
        if m := re.fullmatch(rf"# HELP ({NAME}) (\S.*)", line):
            if family:
                ended.add(family)
            if m[1] in ended or m[1] == family:
                return f"line {number}: {m[1]} comes twice"
            helped, family, kind = m[1], None, None
        elif m := re.fullmatch(rf"# TYPE ({NAME}) (counter|gauge)", line):
            if m[1] != helped:
                return f"line {number}: TYPE of {m[1]} behind HELP of {helped}"
            family, kind, helped = m[1], m[2], None
            if (kind == "counter") != family.endswith("_total"):
                return f"line {number}: {family} is a {kind}"
        elif m := SAMPLE.fullmatch(line):
            if m[1] != family:
                return f"line {number}: a sample of {m[1]} in the family {family}"
            if (m[1], m[2]) in seen:
                return f"line {number}: the sample {m[1]}{{{m[2]}}} comes twice"
            labels = re.findall(r'([a-zA-Z_][a-zA-Z0-9_]*)="(?:[^"\\]|\\.)*"', m[2] or "")
            if len(labels) != len(set(labels)):
                return f"line {number}: a label comes twice"
            if kind == "counter" and "." in m[3]:
                return f"line {number}: a counter with a fraction"
            seen.add((m[1], m[2]))
        else:
            return f"line {number} is neither HELP, TYPE nor a sample: {line}"
    return None if seen else "no sample"


GOOD = '# HELP a_total A thing\n# TYPE a_total counter\na_total{x="1"} 1\na_total{x="2"} 2\n# HELP b B\n# TYPE b gauge\nb 0.20\n'
DOCTORED = [
    ("not ended", GOOD[:-1]),
    ("comes twice", GOOD + GOOD),
    ("comes twice", GOOD.replace('"2"', '"1"')),
    ("is a counter", GOOD.replace("a_total", "a")),
    ("is a gauge", GOOD.replace("counter", "gauge")),
    ("neither", GOOD.replace('x="1"', 'x="1"1"')),
    ("neither", GOOD.replace('x="1"', 'x="\\1"')),
    ("neither", GOOD.replace('{x="1"}', "{x=1}")),
    ("neither", GOOD.replace("b 0.20", "b")),
    ("neither", GOOD.replace("# HELP b B\n", "# HELP b\n")),
    ("behind HELP of", GOOD.replace("# HELP b B\n", "")),
    ("in the family", GOOD.replace("b 0.20", "c 0.20")),
    ("label comes twice", GOOD.replace('x="1"', 'x="1",x="3"')),
    ("fraction", GOOD.replace('"1"} 1', '"1"} 1.5')),
    ("no sample", "# HELP b B\n# TYPE b gauge\n"),
]


def main():
    if sys.argv[1:] == ["--self"]:
        if fault(GOOD):
            sys.exit(f"the good text is refused: {fault(GOOD)}")
        for why, text in DOCTORED:
            if why not in (fault(text) or ""):
                sys.exit(f"not refused for '{why}' but '{fault(text)}':\n{text}")
        print(f"{len(DOCTORED)} doctored texts are refused")
        return
    text = sys.stdin.read()
    why = fault(text)
    if why:
        sys.exit(why)
    for family in text_string_to_metric_families(text):
        if not family.documentation or family.type == "unknown":
            sys.exit(f"{family.name} has no documentation or type")
        for sample in family.samples:
            print(sample.name, json.dumps(sample.labels, sort_keys=True), format(sample.value, "g"))


main()
