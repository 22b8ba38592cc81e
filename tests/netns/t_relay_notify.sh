#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What the relay tells a service manager: that it is up, when it is and not before; signs of life while it runs its
# loop; its state in a line; that it ends. A manager that does not listen does not stop it.
# timeout: 300
# kernel: 6.1
. "$TCOPY_TOP/tests/netns/lib.sh"

# manager_start NAME: its socket is $T/NAME, what it is told stands in $T/NAME.told
manager_start() {
	/usr/bin/python3 "$TOP/tests/netns/manager.py" "$T/$1" >"$T/$1.told" 2>&1 &
	MANAGER=$!
	LAB_PIDS+=($!)
	wait_for 20 "the manager's socket" grep -q begun "$T/$1.told"
}
told() { grep -c -- "$2" "$T/$1.told" || true; }
told_is() { [ "$(told "$1" "$2")" -ge "$3" ]; }
# managed NAME COMMAND...: a relay with that manager
managed() {
	local name=$1
	shift
	ip netns exec test env NOTIFY_SOCKET="$T/$name" "$@" >>"$T/relay.log" 2>&1 &
	RELAY_PID=$!
	RELAYS[test]=$RELAY_PID
	LAB_PIDS+=($RELAY_PID)
}
refused() {	# NAME WHY: the relay that was started ends, and has never been up
	local rc=0
	wait "$RELAY_PID" || rc=$?
	[ $rc = 1 ] || fail "$2: the relay ended with $rc"
	[ "$(told "$1" .)" = 1 ] || fail "$2: the manager was told $(tail -1 "$T/$1.told")"
}

need_tcopy
lab_up
# of the sockets below: soon full
sysctl -qw net.unix.max_dgram_qlen=2

# up is: the module is there, and the relay is its relay, and listens
manager_start early
managed early "$CTL" relay
refused early "without the module"
insmod "$KMOD/tcopy_intercept.ko" || fail "insmod tcopy_intercept.ko"
ip netns exec test python3 -c 'import socket, time
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
s.bind(("::", 36524))
time.sleep(1000)' &
holder=$!
LAB_PIDS+=($holder)
port_held() { [ -n "$(ss -N test -ulnH 'sport = :36524')" ]; }
wait_for 20 "another one on the port" port_held
managed early "$CTL" relay
refused early "with another one on its port"
kill $holder
wait $holder 2>/dev/null || true

manager_start up
managed up WATCHDOG_USEC=1000000 "$CTL" relay
wait_for 20 "READY" told_is up '^READY=1 ' 1
port_held || fail "READY, but nobody listens"
ctl test -j show | grep -q '"relay": *true' || fail "READY, but the module has no relay"
grep -Eq '^READY=1 STATUS=listening on UDP [^ ]*:36524, online hosts: 0 WATCHDOG=1$' "$T/up.told" || fail "told was $(sed -n 2p "$T/up.told")"
first=$RELAY_PID
managed early "$CTL" relay
refused early "a second relay"
RELAY_PID=$first RELAYS[test]=$first

# signs of life, none of a relay that is stopped
wait_for 20 "signs of life" told_is up 'WATCHDOG=1$' 4
kill -STOP "$RELAY_PID"
sleep 0.5
n=$(told up .)
sleep 3
[ "$(told up .)" = "$n" ] || fail "a stopped relay told $(tail -1 "$T/up.told")"
kill -CONT "$RELAY_PID"
wait_for 20 "signs of life again" told_is up 'WATCHDOG=1$' $((n + 2))
[ "$(told up READY=1)" = 1 ] || fail "$(told up READY=1) times READY"

# what it does, in a line
online_host_up
wait_for 20 "the status of an online host" told_is up 'STATUS=listening on UDP .*, online hosts: 1' 1
timeout $((30 * SLOW)) rmmod tcopy_intercept || fail "rmmod tcopy_intercept"
wait_for 20 "the status without the module" told_is up 'STATUS=waiting for tcopy_intercept' 1
insmod "$KMOD/tcopy_intercept.ko" || fail "insmod tcopy_intercept.ko"
wait_for 20 "the status with the module" told_is up 'STATUS=listening on UDP' 3

# a manager that does not read: its socket is full, and the relay goes on; later it is told again
kill -STOP $MANAGER
sleep $((4 * SLOW))
peers=$(relay_stat peers)
[ "$peers" = 1 ] || fail "the relay has $peers online hosts while its manager sleeps"
n=$(told up .)
kill -CONT $MANAGER
wait_for 20 "signs of life to one that woke up" told_is up 'WATCHDOG=1$' $((n + 6))

# the end
relay_end
wait_for 20 "STOPPING" told_is up '^STOPPING=1$' 1
[ "$(tail -1 "$T/up.told")" = STOPPING=1 ] || fail "told last was $(tail -1 "$T/up.told")"

# without a watchdog, or with another process's, no signs of life; what makes no sense is said
manager_start plain
managed plain WATCHDOG_USEC=500000 WATCHDOG_PID=1 "$CTL" relay
wait_for 20 "READY" told_is plain '^READY=1 STATUS' 1
wait_for 20 "the online host" told_is plain 'online hosts: 1' 1
[ "$(told plain WATCHDOG)" = 0 ] || fail "signs of life that nobody wants"
relay_end
NOTIFY_SOCKET=notify ip netns exec test "$CTL" relay >"$T/odd.log" 2>&1 &
LAB_PIDS+=($!)
wait_for 20 "a word on a wrong NOTIFY_SOCKET" grep -q "NOTIFY_SOCKET: 'notify' is neither the path" "$T/odd.log"
kill $!
wait $! || fail "the relay with a wrong NOTIFY_SOCKET ended with $?"
