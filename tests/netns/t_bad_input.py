#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# Run the rows of t_bad_input.table whose first field is among the arguments. A row is run twice, as it is and
# with -j; each time its exit code and the first line on stderr must be what it says, stdout must be empty, or
# with -j be []; and afterwards nothing may have changed. Prints each failure, then "N rows, M failed".
import json
import os
import re
import shlex
import subprocess
import sys

CTL = os.path.join(os.environ["TCOPY_TOP"], "build/tcopyctl")
TABLE = os.path.join(os.environ["TCOPY_TOP"], "tests/netns/t_bad_input.table")
ADDRS = {"@T": "10.1.0.2", "@O": "10.1.0.1"}
SHOWN = {
    "tcopy": [("online", "show-targets", "id name from to relay pace source max_sessions idle wait client sample rate"),
              ("online", "show", "module memory")],
    "tcopy_intercept": [("test", "show-intercepts", "port state relay pass")],
}


def loaded():
    with open("/proc/modules", encoding="ascii") as file:
        return {line.split()[0] for line in file}


def start(netns, words):
    return subprocess.Popen([CTL, "-n", netns, *words], text=True, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def snapshot():
    """All that a command could have changed, counters left out."""
    modules = loaded()
    views = [view for module in SHOWN if module in modules for view in SHOWN[module]]
    # side by side: a guest has two slow CPUs
    running = [start(netns, ["-j", command]) for netns, command, _ in views]
    state = []
    for (_, command, fields), process in zip(views, running):
        for row in json.loads(process.communicate(timeout=60)[0]):
            state.append((command, [(field, row.get(field)) for field in fields.split()]))
    return state


def faults(netns, code, regex, words, before):
    for extra, process in [(extra, start(netns, extra + words)) for extra in ([], ["-j"])]:
        out, err = process.communicate(timeout=60)
        first = err.split("\n")[0]
        if process.returncode != code:
            yield f"{extra} exit code {process.returncode}, not {code}: {first}"
        if not re.search(regex, first):
            yield f"{extra} '{first}' is not /{regex}/"
        if out.strip() != ("[]" if extra else ""):
            yield f"{extra} stdout '{out[:80]}'"
    after = snapshot()
    if after != before:
        yield f"it changed {before} to {after}"


def main():
    rows = failed = 0
    before = snapshot()
    with open(TABLE, encoding="ascii") as file:
        lines = [line.rstrip("\n") for line in file]
    for line in lines:
        if not line or line.startswith("#"):
            continue
        for name, addr in ADDRS.items():
            line = line.replace(name, addr)
        where, code, regex, text = line.split("|", 3)
        if where not in sys.argv[1:]:
            continue
        rows += 1
        netns = "test" if where == "test" else "online"
        bad = list(faults(netns, int(code), regex, shlex.split(text), before))
        for fault in bad:
            print(f"tcopyctl {text}: {fault}", flush=True)
        failed += bool(bad)
    print(f"{rows} rows, {failed} failed")
    return 1 if failed or not rows else 0


sys.exit(main())
