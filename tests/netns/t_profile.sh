#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# set --profile: what is measured of a packet in the hook, in the engine and at feedback is as many as the counters say,
# and hangs together; "on" begins anew, "off" leaves nothing; it goes on and off under load, and with the module.
# timeout: 240
. "$TCOPY_TOP/tests/netns/lib.sh"

profile() { ctl online set --profile "$1" || fail "set --profile $1"; }
# figures SCRIPT: python, true of h (the host) and s (the target's counters)
figures() {
	ctl online -j show >"$T/host"
	ctl online -j show-stats >"$T/stats"
	python3 - "$T/host" "$T/stats" "$1" <<'PY' >"$T/figures" 2>&1
import json, sys
h, s = (json.load(open(f))[0] for f in sys.argv[1:3])
assert eval(sys.argv[3], {"h": h, "s": s, "stages": ("capture", "engine", "feedback"), "all": all, "any": any}), (sys.argv[3], h)
PY
}
check() { note "check $1"; figures "$1" || fail "show: $(tail -1 "$T/figures" | cut -c1-500)"; }

one_cpu
lab_copying
check 'h["profile"] is False and not any(k.startswith(stages) for k in h) and "profiled_ms" not in h'
profile on
ctl online reset-stats
check 'h["profile"] is True and all(h[x + "_packets"] == h[x + "_p50_ns"] == h[x + "_p99_ns"] == 0 for x in stages)'
get 1 200 8 /s/
same_logs 200 60
wait_for 30 "the copies to end" no_sessions
ctl online -p show
# each packet of the service comes by the hook once; what is queued goes through the engine, put off or not
check 's["matched"] <= h["capture_packets"] <= s["matched"] + 16'
check 's["copied"] <= h["engine_packets"] <= h["capture_packets"]'
check 's["headers"] <= h["feedback_packets"] <= s["headers"] + s["headers_unknown"] + 64'
check 'all(0 < h[x + "_p50_ns"] <= h[x + "_p99_ns"] for x in stages)'
# the mean is no longer than the longest, and what all took is no more than the CPUs had
check 'all(0 < h[x + "_cpu_ppm"] for x in stages) and sum(h[x + "_cpu_ppm"] for x in stages) < 2000000'
check 'all(h[x + "_cpu_ppm"] / 1e6 * h["profiled_ms"] * 1e6 > h[x + "_p50_ns"] * h[x + "_packets"] / 4 for x in stages)'
profile on
check 'all(h[x + "_packets"] == 0 for x in stages)'
profile off
check 'h["profile"] is False and "capture_packets" not in h'
get 201 210 2 /s/
profile on
check 'all(h[x + "_packets"] == 0 for x in stages)'

load_start 8 8
for _ in 1 2 3 4 5 6; do profile off; profile on; profile on; done
load_end
get 211 220 2 /s/
wait_for 30 "the copies to end" no_sessions
check 'all(h[x + "_packets"] > 0 for x in stages)'

! ctl online save | grep -q profile || fail "save keeps --profile"
echo 'set --memory 64M --profile on' >"$T/conf"
! ctl online restore "$T/conf" >"$T/restored" 2>&1 || fail "restore takes --profile"
grep -q 'conf:1: .*--profile' "$T/restored" || fail "restore: $(cat "$T/restored")"
ghosts_none
# it is on when the module goes
