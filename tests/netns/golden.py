#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# Makes what a command of tcopyctl printed comparable: golden.py COMMAND[-json], from stdin to stdout. Counters, times
# and the version become a letter, as wide as they were; all else stays, the order and the blanks too. What is to be JSON
# and is not ends it; so does text that is wider than a terminal.
import json
import re
import sys

kind = sys.argv[1]
command = kind.removesuffix(".json").removesuffix("-json")
is_json = kind != command
said = sys.stdin.read()
text = re.sub(r"(?<![\d.])\d+\.\d+\.\d+(?![\d.])", "VERSION", said)

# numbers that the test has set
KEEP = {
    "id", "target", "port", "copies", "seed", "rate", "mss", "mark", "dscp", "idle", "wait", "max_sessions", "memory",
    "cpu", "for", "ends", "tcopy_target_state", "tcopy_build_info", "tcopy_cpu_limit_ratio", "tcopy_memory_limit_bytes",
    "tcopy_intercept_relay_bound", "tcopy_intercept_draining", "tcopy_sessions", "tcopy_target_sessions", "tcopy_relay_peers",
}


# an entry a line, for programs and for logs, as long as it may be
LINES = {"metrics", "monitor", "save"}


def wide(number):
    return "N".rjust(len(number))


def json_numbers():
    if command == "monitor":
        for line in text.splitlines():
            json.loads(line)
    else:
        json.loads(text)
    out = re.sub(r'"([a-z_]+)": ?(-?\d+)', lambda m: m[0] if m[1] in KEEP else m[0][: m.start(2) - m.start()] + "N", text)
    return re.sub(
        r'("metric": ?"([a-z_]+)"[^{}]*?"value": ?")([\d.]+)"',
        lambda m: m[0] if m[2] in KEEP else m[1] + 'N"', out)


def row_numbers(line):
    """NAME NUMBER MEANING, or a row of a table whose last columns are counters."""
    if command in ("show", "show-stats"):
        m = re.match(r"( *([a-z_]+) +)(\d+)(.*)", line)
        if m and m[2] not in KEEP:
            return m[1] + wide(m[3]) + m[4]
        return re.sub(r"the (\d+) that matched", "the N that matched", line)
    if command == "metrics":
        m = re.match(r"([a-z_]+)(\{.*\})? ([\d.]+)$", line)
        return f"{m[1]}{m[2] or ''} N" if m and m[1] not in KEEP else line
    if command == "show-targets":
        return re.sub(r"( +)(\d+)( +)(\d+)$", lambda m: m[1] + wide(m[2]) + m[3] + wide(m[4]), line)
    if command == "show-sessions":
        return re.sub(r"( +)(\d+)(?= |$)", lambda m: m[1] + (wide(m[2]) if m.start() > 10 else m[2]), line)
    if command == "show-intercepts":
        return re.sub(r"(?<= )(\d+)(?= |$)", lambda m: wide(m[1]) if m.start() > 10 else m[1], line)
    if command == "doctor":
        line = re.sub(r"\b\d+ (ms ago|us\b|answers stolen|passed|questions)", r"N \1", line)
        return re.sub(r"\b\d+ of \d+ (datagrams)", r"N of N \1", line)
    return line


if command == "monitor":
    # which counters begin to grow or rest meanwhile is a matter of time
    text = "".join(line for line in text.splitlines(True) if not re.search(r'"counter":|: [a-z_]+ \d+, ', line))
if is_json:
    text = json_numbers()
else:
    for line in said.splitlines():
        if command not in LINES and len(line) > 80:
            sys.exit(f"{command}: {len(line)} columns: {line}")
    # these are there or not by what ran before in this kernel, all of which they count
    text = re.sub(r"^test host: \d+ packets with\s+impossible\s+sources\s+\(martians\)\s+were\s+dropped,\s+none\s+just\s+now\n", "", text, flags=re.M)
    lines = [row_numbers(line) for line in text.splitlines() if not line.startswith("conntrack: ")]
    text = "\n".join(lines) + "\n"
text = re.sub(r"\d{4}-\d\d-\d\d[T ][\d:.]+Z?", "TIME", text)
sys.stdout.write(text)
