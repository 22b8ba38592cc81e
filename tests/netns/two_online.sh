#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Client and online host, in a VM of their own; the test host is another VM (run-two). Copies are equal;
# the modules of either host are unloaded, and stopped, under load; then the test host loses its power.
export T=/run/t
mkdir -p $T
exec >"$TCOPY_OUT/online.log" 2>&1
. "$TCOPY_TOP/tests/netns/lib.sh"
fail() { echo "$*" >"$TCOPY_OUT/reason"; echo "FAILED: $*"; exit 1; }
N=0
tell_test() { N=$((N + 1)); echo "$*" >"$TCOPY_OUT/do"; mv "$TCOPY_OUT/do" "$TCOPY_OUT/do.$N"; }
at_test() {	# COMMAND...: on the test host
	tell_test "$*"
	wait_for 60 "the test host to do: $*" test -e "$TCOPY_OUT/done.$N"
	cat "$TCOPY_OUT/out.$N"
	[ "$(cat "$TCOPY_OUT/done.$N")" = 0 ]
}
clear_logs() { logs_clear online; at_test logs_clear test; }
test_is_quiet() { at_test no_connections test; }
copying() { wait_for 30 "state copying" state_is copying; }

[ -e /sys/bus/virtio/drivers/virtio_net ] || modprobe virtio_net
for m in veth bridge; do modprobe $m || true; done
sysctl -qw kernel.printk_ratelimit=0 net.core.rmem_max=8388608 net.core.wmem_max=8388608
ulimit -n 32768
HOSTS=(client online)
# out of the way of the hosts' own, which begin in this namespace
ip link set eth0 name wire
lab_up
ip link set wire netns net name test
ip -n net link set test master br0 up
mkdir $T/test
ln -s "$TCOPY_OUT/test-access.log" $T/test/access.log
wait_for 120 "the test host's VM" test -e "$TCOPY_OUT/test.up"
nginx_up online
ghosts_start
at_test test_host_up || fail "the test host does not come up"
online_host_up
copying

note "equal"
get 1 400 16 /s/
get 401 500 8 /s/ -H 'Connection: close'
get 1 10 4 /m/
put 1048576 2 2 1m
same_logs 512 60
sheet_ok

note "tcopy unloaded under load"
load_start 6 16
timeout $((20 * SLOW)) rmmod tcopy || fail "rmmod tcopy"
wait_for 20 "the test server's connections to be reset" test_is_quiet
load_end
online_host_up
copying

note "the test host stopped, and tcopy_intercept unloaded, under load"
load_start 10 16
at_test ctl test stop || fail "stop on the test host"
at_test wait_for 10 drained no_intercepts || fail "the intercept does not drain"
at_test rmmod tcopy_intercept || fail "rmmod tcopy_intercept"
state_is_not copying || fail "still copying to a test host that stopped"
load_end
test_is_quiet || fail "connections are left on the test server"
at_test 'insmod "$KMOD/tcopy_intercept.ko" && ctl test add-intercept 80' || fail "insmod tcopy_intercept"
copying
clear_logs
get 1 100 8 /s/
same_logs 100

note "the online host stopped under load"
load_start 6 16
ctl online stop || fail "stop on the online host"
wait_for 20 "the test server's connections to be reset" test_is_quiet
load_end
online_host_up
copying

note "power-off under load"
load_start 15 16
sleep 1
tell_test 'echo 1 >/proc/sys/kernel/sysrq; echo o >/proc/sysrq-trigger'
wait_for 20 "copying to pause" state_is_not copying
note "$(target_field state): $(target_field reason)"
load_end
get 1 100 8 /s/
sheet_ok
ctl online stop || fail "stop"
ghosts_none
dmesg >"$TCOPY_OUT/online.kernel"
