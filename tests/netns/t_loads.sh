#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Both modules come and go 50 times under traffic: no client notices, and nothing of theirs is left: no
# slab, no hook, no reference on a device or namespace.
# when: all
# families: 4
# timeout: 1800
. "$TCOPY_TOP/tests/netns/lib.sh"

slabs() { find /sys/kernel/slab /sys/kernel/debug/slab -maxdepth 1 -name 'tcopy*' 2>/dev/null; }

lab_copying
[ -n "$(slabs)" ] || fail "no slab of tcopy is seen while it copies: this test would prove nothing"
for ((i = 1; i <= ${TCOPY_LOADS:-50}; i++)); do
	load_start 2 8
	case $((i % 4)) in
	0) ctl online stop || fail "stop on the online host, round $i" ;;
	1) ctl online del-target all || fail "del-target all, round $i" ;;
	esac
	timeout $((20 * SLOW)) rmmod tcopy || fail "rmmod tcopy, round $i"
	[ -z "$(slabs)" ] || fail "round $i: a slab is left: $(slabs)"
	[ $((i % 3)) = 0 ] && relay_end KILL
	ctl test del-intercept all --force || fail "del-intercept all --force, round $i"
	timeout $((20 * SLOW)) rmmod tcopy_intercept || fail "rmmod tcopy_intercept, round $i"
	load_end
	wait_for 20 "round $i: the test server's connections to end" no_connections test
	[ $((i % 3)) = 0 ] || relay_end
	test_host_up
	online_host_up
	wait_for 15 "state copying" state_is copying
done
logs_clear online test
get 1 200 8 /s/
same_logs 200
sheet_ok
ghosts_none

# namespaces end with a target, an intercept and sessions in them; nothing may hold them or their devices
load_start 4 8
for n in online test; do
	for p in $(ip netns pids $n); do kill -9 "$p" 2>/dev/null || true; done
done
ip netns del online
ip netns del test
kill "$LOAD_PID" 2>/dev/null || true
# The peers in the bridge's namespace go with the last reference on a namespace.
# shellcheck disable=SC2317
gone() { ! ip -n net link show online && ! ip -n net link show test; }
wait_for 60 "the namespaces' devices to go" gone
free() { grep -q "^$1 [0-9]* 0 " /proc/modules; }
for m in tcopy tcopy_intercept; do
	wait_for 60 "$m to be free" free $m
	timeout $((20 * SLOW)) rmmod $m || fail "rmmod $m"
done
[ -z "$(slabs)" ] || fail "a slab is left: $(slabs)"
HOSTS=(client)
