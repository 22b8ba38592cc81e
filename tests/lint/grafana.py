#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# The Grafana dashboard asks for metrics and labels that `tcopyctl metrics` has. Its names are read from the tool's
# sources: they are written out in metrics.c, or made there of a table's names by a "%s".
#
#	tests/lint/grafana.py DASHBOARD TOOL-DIRECTORY
import json
import re
import sys

board, tool = sys.argv[1:]
NAME = re.compile(r"\btcopy_[a-z_0-9]+")
# what Prometheus adds to every sample
LABELS = {"job", "instance", "__name__"}


def source(name):
    """A file's text, adjacent strings joined."""
    return re.sub(r'"\s*\n\s*"', "", open(f"{tool}/{name}", encoding="utf-8").read())


def names():
    metrics = source("metrics.c")
    found = set(re.findall(r'"(tcopy_[a-z_0-9]+)"', metrics))
    tables = {
        "tcopy_target_%s_total": re.findall(r'=\s*\{\s*"([a-z_0-9]+)"', source("stat_info.c")),
        "tcopy_relay_%s_total": re.findall(r'\{\s*"([a-z_0-9]+)"', source("relay_stat.c")),
    }
    templates = set(re.findall(r'"(tcopy_[a-z_]*%s[a-z_]*)"', metrics))
    if templates != set(tables):
        sys.exit(f"metrics.c makes names by {sorted(templates)}, this check knows {sorted(tables)}")
    for template, table in tables.items():
        if not table:
            sys.exit(f"no names for {template}")
        found |= {template % name for name in table}
    labels = set(re.findall(r'\b([a-z]+)=\\"', metrics)) | set(re.findall(r'print_grouped\(list, "([a-z]+)"', metrics))
    labels |= set(re.findall(r'list->v\[n\], "([a-z]+)"', metrics))
    return found, labels | LABELS


def queries(node):
    """Every query, wherever it is."""
    if isinstance(node, list):
        for item in node:
            yield from queries(item)
    elif isinstance(node, dict):
        for key, value in node.items():
            if key in ("expr", "definition") and isinstance(value, str):
                yield value
            else:
                yield from queries(value)


def main():
    try:
        root = json.load(open(board, encoding="utf-8"))
    except ValueError as why:
        sys.exit(f"{board} is no JSON: {why}")
    known, labels = names()
    seen = set()
    for query in queries(root):
        for name in NAME.findall(query):
            seen.add(name)
            if name not in known:
                print(f"{board}: tcopyctl metrics has no {name}: {query}")
        for label in re.findall(r"\b([a-z_]+)(?:=~|!~|!=|=)\"", query) + re.findall(r"\bby \(([^)]*)\)", query):
            for one in label.split(", "):
                if one not in labels:
                    print(f"{board}: no metric has a label {one}: {query}")
    if len(seen) < 10:
        print(f"{board}: it asks for {len(seen)} metrics")
    ids = [panel["id"] for panel in root["panels"]]
    if len(ids) != len(set(ids)):
        print(f"{board}: two panels have one id")


main()
