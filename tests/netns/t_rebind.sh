#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# tcopy_intercept.ko stays while an intercept exists. When it is unloaded and loaded again, a relay
# that kept running is its relay again by itself; the copies of before do not stay. Who waits for a module, or looks for
# one that is not there, has the kernel start no modprobe.
# kernel: 6.1
# families: 4
. "$TCOPY_TOP/tests/netns/lib.sh"

# asked_for WORD COMMAND...: the kernel runs modprobe for such a thing meanwhile
printf '#!/bin/sh\necho "$*" >>%s\nexec /sbin/modprobe "$@"\n' "$T/asked" >"$T/modprobe"
chmod +x "$T/modprobe"
asked_for() {
	local before
	before=$(sysctl -n kernel.modprobe)
	: >"$T/asked"
	sysctl -qw kernel.modprobe="$T/modprobe"
	"${@:2}" >"$T/out" 2>&1 || true
	sysctl -qw kernel.modprobe="$before"
	grep -q "$1" "$T/asked"
}
look() {
	local c
	for c in show show-intercepts metrics doctor; do ctl test $c; done
	ctl test relay
	# the relay that waits looks once in four turns
	turns=$(turn_n)
	wait_for 20 "the relay to look" relay_looked
}
turn_n() { sed -n 's/^voluntary_ctxt_switches:[^0-9]*//p' "/proc/$RELAY_PID/status"; }
relay_looked() { [ "$(turn_n)" -ge $((turns + 12)) ]; }
by_name() {
	ns test /usr/bin/python3 -c 'import socket, struct
name = b"nobody\0\0"
s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 16)
s.send(struct.pack("=IHHII BBH HH", 24 + len(name), 16, 5, 1, 0, 3, 1, 0, 4 + len(name) - 1, 2) + name)
s.recv(4096)'
}

lab_copying
rmmod tcopy_intercept 2>"$T/rmmod" && fail "tcopy_intercept was unloaded while it intercepts"
grep -q 'in use' "$T/rmmod" || fail "rmmod says: $(cat "$T/rmmod")"
state_is copying || fail "a refused rmmod ended the copying"

for ((round = 0; round < 3; round++)); do
	load_start 6 16
	ctl test del-intercept 80 || fail "del-intercept 80"
	wait_for 10 "the intercept to drain" no_intercepts
	timeout $((20 * SLOW)) rmmod tcopy_intercept || fail "rmmod tcopy_intercept"
	if [ $round = 0 ]; then
		wait_for 10 "the relay to notice" grep -q 'waiting for tcopy_intercept' "$T/relay.log"
		state_is_not copying || fail "still copying without an intercept"
		! asked_for family-tcopy look || fail "the kernel was asked for $(cat "$T/asked")"
		asked_for family-nobody by_name || fail "this would not have shown it"
	fi
	load_end
	# at once, or after the relay has noticed
	insmod "$KMOD/tcopy_intercept.ko" || fail "insmod tcopy_intercept.ko"
	ctl test add-intercept 80 || fail "add-intercept 80"
	wait_for 30 "copying to resume" state_is copying
	kill -0 "$RELAY_PID" || fail "the relay has ended: $(tail -1 "$T/relay.log")"
	wait_for 30 "the test server's old connections to end" no_connections test
	logs_clear online test
	get 1 200 8 /s/
	same_logs 200
done
relay_start	# a second one is still refused
wait "$RELAY_PID" && fail "a second relay was not refused"
state_is copying || fail "a second relay ended the copying"
sheet_ok
ghosts_none
