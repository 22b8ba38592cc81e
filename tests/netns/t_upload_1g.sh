#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# One upload of 1 GB: its length and its checksum are the same on both servers, and no more of it is held than a
# copy may hold.
# timeout: 600
# when: all
. "$TCOPY_TOP/tests/netns/lib.sh"
. "$TCOPY_TOP/tests/netns/wire.sh"

need_tcopy
lab_up
for n in online test; do
	ip netns exec $n /usr/bin/python3 "$WIRE/sink.py" serve 80 "$T/sink.$n" >"$T/sink.$n.out" 2>&1 &
	LAB_PIDS+=($!)
	wait_for 20 "the server in $n" grep -q ready "$T/sink.$n.out"
done
ghosts_start
tcopy_up
ns client /usr/bin/python3 "$WIRE/sink.py" send "$(addr online)" 80 1024 $((12 / SLOW)) || fail "the upload"
wait_for 120 "the copy's end" test -s "$T/sink.test"
[ "$(cut -d' ' -f1 "$T/sink.online")" = 1073741824 ] || fail "production got $(cat "$T/sink.online")"
[ "$(cat "$T/sink.online")" = "$(cat "$T/sink.test")" ] || fail "production got $(cat "$T/sink.online"), the test server $(cat "$T/sink.test")"
[ "$(stat bytes)" -gt 1073741824 ] || fail "only $(stat bytes) bytes were copied"
note "1 GB: $(cat "$T/sink.test"); $(stat packets) packets, $(stat retransmits) of them again"
copies_done
sheet_exact
memory_back() { [ "$(memory_used)" = 0 ]; }
wait_for 20 "all memory to come back" memory_back
ghosts_none
