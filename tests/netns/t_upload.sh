#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Uploads of 1 MB and 20 MB, as GRO super-packets: the same bytes arrive at both servers. What a test service has
# acknowledged, and does not read, nobody waits for.
# timeout: 400
. "$TCOPY_TOP/tests/netns/lib.sh"

lab_copying
put 1048576 12 4 1m
put 20971520 2 2 20m
same_logs 14 90
same_uploads 14

# Where the kernel says who has freed a packet (since 6.9, or so): it is freed when nothing more comes in, too.
test_nginx() { kill "-$1" $(pgrep -P "$(cat "$T/test/nginx.pid")"); }	# SIGNAL
given_up() { grep -qE 'location=(spare_look|tcopy_spare_fill|netns_run)[+]' $tracing/trace; }
tracing=/sys/kernel/tracing
mount -t tracefs tracefs $tracing 2>/dev/null || true
if grep -qs 'location=%pS' $tracing/events/skb/kfree_skb/format; then
	test_nginx STOP
	echo 1 >$tracing/events/skb/kfree_skb/enable
	put 40000 1 1 unread
	wait_for 10 "what the test service has not read to be given up" given_up
	echo 0 >$tracing/events/skb/kfree_skb/enable
	test_nginx CONT
	same_uploads 15
fi
ghosts_none
