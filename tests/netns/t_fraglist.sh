#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A gateway whose GRO chains the client's segments instead of merging them (NETIF_F_GRO_FRAGLIST; of TCP since 6.10):
# the same bytes arrive at both servers.
# timeout: 200
# when: all
. "$TCOPY_TOP/tests/netns/lib.sh"
. "$TCOPY_TOP/tests/netns/forward.sh"

forward_up
tracing=/sys/kernel/tracing
mountpoint -q $tracing || mount -t tracefs tracefs $tracing || skip "this kernel has no tracefs"
[ -e $tracing/kprobe_events ] || skip "this kernel has no probes"
echo 'p:tcopy_fraglist skb_gro_receive_list' >$tracing/kprobe_events || fail "kprobe"
echo 1 >$tracing/events/kprobes/tcopy_fraglist/enable || fail "kprobe"
chained() { awk '$1 == "tcopy_fraglist" { print $2 }' $tracing/kprobe_profile; }
# plain segments come, so that there is something to put together
ns client ethtool -K eth0 tso off gso off || fail "ethtool"
ns net ethtool -K online tso off || fail "ethtool"	# or veth takes GRO for needless
ns online ethtool -K eth0 gro on rx-gro-list on || fail "ethtool"
AT=inner put 5242880 4 2 5m
AT=inner put 1048576 8 4 1m
AT=inner get 1 200 8 /s/
same_logs 212 90
same_uploads 12
n=$(chained)
echo 0 >$tracing/events/kprobes/tcopy_fraglist/enable
echo >$tracing/kprobe_events
note "$n segments were chained"
case $(uname -r) in
6.1.*) ;;
*) [ "$n" -gt 500 ] || fail "this proves nothing" ;;
esac
wait_for 60 "the copies' end" closed 10
sheet_ok
ghosts_none
