#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
# What tracefs has of tcopy's events, held against counters and against what one connection must have done.
#
#   t_trace.py sums TRACE STATS              its events are as many as the only target's counters say (show-stats -j)
#   t_trace.py life TRACE CLIENT SERVICE TO  the life of CLIENT's connection: a request, and its close
#
# CLIENT, SERVICE, TO: as printed, "[::ffff:10.1.0.1]:80". Ends with an AssertionError that says what is wrong.
import collections
import json
import re
import sys

NOT_BUCKETS = {"matched", "copied", "not_needed", "held"}
LINE = re.compile(r"^ *\S+-\d+ +\[\d+\] +\S+ +(?P<at>[0-9.]+): (?P<event>tcopy_\w+|icept_answer): (?P<rest>.*)$")


def events(path):
    """dicts of field to text; the word in front is "what"."""
    found = []
    with open(path) as f:
        for line in f:
            assert "LOST" not in line, "the trace lost events"
            m = LINE.match(line)
            if not m:
                assert line.startswith("#"), "no event: " + line
                continue
            words = m["rest"].split()
            e = {"event": m["event"], "line": line.strip(), "at": float(m["at"])}
            if "=" not in words[0]:
                e["what"] = words.pop(0)
            for w in words:
                key, _, value = w.partition("=")
                e[key] = value
            found.append(e)
    return found


def sums(trace, counted):
    with open(counted) as f:
        stats = json.load(f)[0]
    told = collections.Counter()
    for e in events(trace):
        if e["event"] == "tcopy_drop":
            told[e["what"]] += int(e["packets"])
            assert e["what"] in stats and e["what"] not in NOT_BUCKETS, e["line"]
        elif e["event"] == "tcopy_session":
            told[e["what"]] += 1
            assert re.match("(re)?opened$|closed$|end_|evicted$", e["what"]), e["line"]
        elif e["event"] == "tcopy_copy":
            told["packets"] += 1
        elif e["event"] == "tcopy_header":
            told["headers" if int(e["session"], 16) else "headers_unknown"] += 1
    for k in ("packets", "headers", "opened", "closed"):
        assert told[k] > 0, "no event of " + k
    # every reason, and every way to end; what no event is about is not in there
    about = [k for k in stats if k in told or k.startswith("end_") or
             k in ("no_session", "not_copying", "queue_full", "no_memory", "memory_limit", "session_limit", "tuple_taken",
                   "fragment", "checksum", "malformed", "mptcp", "passed", "unshareable", "ended", "cpu_limit", "filtered",
                   "sampled", "rate_limit", "evicted", "reopened", "send_failed")]
    # Probes' answers are of no session either, and their packets in no counter.
    wrong = {k: (told[k], stats[k]) for k in about if told[k] != stats[k] and k != "headers_unknown"}
    assert not wrong, "told of and counted: %s" % wrong
    print("as counted:", dict(told))


def life(trace, client, service, to):
    mine = [e for e in events(trace) if e.get("client") == client]
    seen = [e for e in mine if e["event"] != "icept_answer"]
    assert seen, "nothing of " + client
    one = {e["session"] for e in seen}
    assert len(one) == 1 and int(one.pop(), 16), "sessions: %s" % one
    first, last = seen[0], [e for e in seen if e["event"] == "tcopy_session"][-1]
    assert first["event"] == "tcopy_session" and first["what"] == "opened", first["line"]
    assert last["what"] == "closed", last["line"]
    for e in (first, last):
        assert (e["service"], e["source"], e["to"]) == (service, client, to), e["line"]
    assert all(e["target"] == first["target"] != "0" for e in seen), "targets differ"
    copies = [e for e in seen if e["event"] == "tcopy_copy"]
    heard = [e for e in seen if e["event"] == "tcopy_header"]
    syn, synack = copies[0], heard[0]
    assert syn["flags"] == "SYN" and syn["len"] == "0", syn["line"]
    assert synack["flags"] == "SYN|ACK" and synack["to"] == to, synack["line"]
    nxt = (int(syn["seq"]) + 1) & 0xffffffff
    assert int(synack["ack"]) == nxt, synack["line"]
    data = [e for e in copies if e["len"] != "0"]
    assert data and int(data[0]["seq"]) == nxt and "PSH" in data[0]["flags"] and data[0]["again"] == "0", data[:1]
    assert any(int(e["ack"]) == nxt + int(data[0]["len"]) for e in heard), "nobody acknowledged the request"
    assert any("FIN" in e["flags"] for e in copies), "no FIN left"
    answer = [e for e in heard if e["len"] != "0"]
    assert answer and int(answer[0]["seq"]) == (int(synack["seq"]) + 1) & 0xffffffff, answer[:1]
    # what the test host stole is what came back (a superseded ACK may be missing)
    key = ("seq", "ack", "len", "flags")
    stolen = [tuple(e[k] for k in key) for e in mine if e["event"] == "icept_answer"]
    assert stolen and all(e["what"] == "stolen" and e["service"] == to for e in mine if e["event"] == "icept_answer"), "not stolen"
    assert all(tuple(e[k] for k in key) in stolen for e in heard), "heard of what was not stolen"
    print(len(seen), "events of", client, "are in order")


{"sums": sums, "life": life}[sys.argv[1]](*sys.argv[2:])
