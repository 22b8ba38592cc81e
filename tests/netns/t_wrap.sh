#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Uploads in whose middle sequence numbers begin again at 0, to a test server whose window is smaller than the packets
# that are captured: those that hold the last number are copied in parts.
# kernel: 6.12
. "$TCOPY_TOP/tests/netns/lib.sh"
. "$TCOPY_TOP/tests/netns/wire.sh"

n=30
need_tcopy
lab_up
for s in online test; do
	size=0
	[ $s = online ] || size=4000
	ip netns exec $s /usr/bin/python3 "$WIRE/sink.py" serve 80 "$T/sink.$s" $size >"$T/sink.$s.out" 2>&1 &
	LAB_PIDS+=($!)
	wait_for 20 "the server in $s" grep -q ready "$T/sink.$s.out"
done
ghosts_start
tcopy_up
# its own sequence numbers, not those of isn.c
ns client env -u LD_PRELOAD /usr/bin/python3 "$WIRE/sink.py" wrap "$(addr online)" 80 $n || fail "the uploads"
all_there() { [ -e "$T/sink.test" ] && [ "$(wc -l <"$T/sink.test")" = $n ]; }
wait_for 60 "$n uploads on the test host" all_there
[ "$(sort -u "$T/sink.online" | wc -l)" = $n ] || fail "production got $(cat "$T/sink.online")"
diff <(sort "$T/sink.online") <(sort "$T/sink.test") || fail "the test server got something else"
note "$(stat matched) packets, $(stat packets) of the copies, $(stat retransmits) of them again"
[ "$(stat packets)" -gt $((n * 60)) ] || fail "only $(stat packets) packets: nothing was cut"
[ "$(stat send_failed)" = 0 ] || fail "send_failed is $(stat send_failed)"
copies_done
sheet_exact
ghosts_none
