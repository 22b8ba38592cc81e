#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Forged packets: RSTs, SYNs, payload, FINs and fragments of live connections that production does not believe, floods
# of SYNs and of ACKs from made-up addresses. Copies go on, the bytes are the same, a flood makes no
# session and takes no memory, production serves all.
# when: all
# timeout: 400
. "$TCOPY_TOP/tests/netns/lib.sh"
. "$TCOPY_TOP/tests/netns/wire.sh"

lab_copying
ip -n online route add "$(v 198.18.0.0/15 2001:2::/48)" via "$(addr client)"
ip -n client route add blackhole "$(v 198.18.0.0/15 2001:2::/48)"
ns online sysctl -qw net.ipv4.tcp_invalid_ratelimit=0
# what says that a forged fragment has waited in vain is no ghost
ns online sysctl -qw net.ipv4.ipfrag_time=600 net.ipv6.ip6frag_time=600

streams_start
for i in 1 2 3; do
	raw hijack "$(addr client)" "$(addr online)" 80 25 >"$T/hijack.$i" 2>&1 &
	PIDS[i]=$!
done
for i in 1 2 3; do
	wait "${PIDS[i]}" || fail "hijack: $(tail -1 "$T/hijack.$i")"
	note "$(tail -1 "$T/hijack.$i")"
done
same_logs 75 60
same_uploads 75
copies_done
streams_equal --min 3
tell not_needed end_gap end_shed end_reused
no_end
sheet_exact

opened=$(stat opened) used=$(memory_used) most=0
for kind in syns acks data; do
	raw $kind "$(addr online)" 80 6000 >"$T/flood" 2>&1 &
	FLOOD=$!
	while kill -0 $FLOOD 2>/dev/null; do
		now=$(memory_used)
		[ "$now" -le "$most" ] || most=$now
	done
	wait $FLOOD || fail "$kind: $(tail -1 "$T/flood")"
	note "$kind: memory $used before, $most at most"
done
[ "$most" -lt $((used + (4 << 20))) ] || fail "a flood took $most bytes"
[ "$(stat opened)" = "$opened" ] || fail "a flood made sessions"
sheet_exact

: >"$T/online/access.log"; : >"$T/test/access.log"
streams_start
raw syns "$(addr online)" 80 20000 >"$T/flood" 2>&1 &
FLOOD=$!
load_start 8 8
load_end
kill $FLOOD 2>/dev/null || true
wait $FLOOD 2>/dev/null || true
get 1 200 8 /s/
copies_done
streams_equal --prefix
no_end
sheet_exact
ghosts_none
