#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A share of CPU that is far too small: connections that begin are not copied, copies are ended as a
# whole, both are counted, no client notices and the balance sheet adds up. With enough of it copying
# is exact again.
# timeout: 300
# when: all
. "$TCOPY_TOP/tests/netns/lib.sh"

host_field() { ctl online -j show | tr ',{}' '\n\n\n' | sed -n "s/.*\"$1\":[[:space:]]*\([0-9]*\).*/\1/p"; }
sheet() { ctl online -j show-stats | tr -d ' \n' | grep -q '"adds_up":true'; }
# what is still queued would take long with so little
drained() {
	ctl online set --cpu 100
	wait_for 30 "the balance sheet to add up" sheet
}

need_tcopy
lab_up
nginx_up online
nginx_up test
ghosts_start
test_host_up
insmod "$KMOD/tcopy.ko" || fail "insmod tcopy.ko"
[ "$(host_field cpu)" = 20 ] || fail "the default of --cpu is $(host_field cpu)"
LAB_CPU=1 online_host_up
[ "$(host_field cpu)" = 1 ] || fail "--cpu 1 is shown as $(host_field cpu)"
wait_for 15 "state copying" state_is copying

note "a connection each"
load_start 8 64 /s/ -H 'Connection: close'
load_end
[ "$(stat cpu_limit)" -gt 0 ] || fail "every connection was copied with 1 % of a CPU"
doctor_finds online cpu-limit
[ "$(host_field cpu_used)" -ge 1 ] || fail "show does not tell what was used"
drained
ctl online set --cpu 1
[ "$(stat queue_full)" = 0 ] || note "$(stat queue_full) packets found the queue full"
note "refused: $(stat cpu_limit), copied: $(stat opened), shed: $(stat end_shed)"

note "few connections that live on"
load_start 8 16 /s/
load_end
[ "$(stat end_shed)" -gt 0 ] || fail "every session lived on with 1 % of a CPU"
[ "$(stat end_gap)" = 0 ] || fail "$(stat end_gap) copies ended by a gap, not as shed"
drained
note "refused: $(stat cpu_limit), copied: $(stat opened), shed: $(stat end_shed)"

note "connections by two CPUs, of which one has too much to do"
if [ "$(nproc)" -gt 1 ]; then
	wait_for 60 "the copies' end" no_sessions
	wait_for 15 "state copying" state_is copying
	coproc HOP { exec ip netns exec client /usr/bin/python3 "$TCOPY_TOP/tests/netns/hop.py" "$(addr online)" 80 16 2>&1; }
	LAB_PIDS+=("$HOP_PID")
	read -r line <&"${HOP[0]}"
	[ "$line" = "open 16" ] || fail "hop.py: $line"
	hopping() { [ "$(stat sessions)" = 16 ]; }
	wait_for 20 "their copies" hopping
	ctl online reset-stats
	ctl online set --cpu 1
	taskset -pc 0 $$ >/dev/null
	load_start 8 64 /s/
	taskset -pc 0-1 $$ >/dev/null
	echo go >&"${HOP[1]}"
	load_end
	in=${HOP[1]}
	exec {in}>&-
	read -r line <&"${HOP[0]}"
	[[ $line == "answered "[1-9]* ]] || fail "hop.py: $line"
	drained
	[ "$(stat end_gap)" = 0 ] || fail "$(stat end_gap) copies ended by a gap, whose bytes waited on another CPU"
	note "$line; shed: $(stat end_shed)"
fi

ctl online del-target all
wait_for 20 "the copies to leave the test server" no_connections test
LAB_CPU=100 online_host_up
wait_for 15 "state copying" state_is copying
: >"$T/online/access.log"; : >"$T/test/access.log"
get 1 500 16 /s/
get 501 600 16 /s/ -H 'Connection: close'
same_logs 600
[ "$(stat cpu_limit)" = 0 ] || fail "$(stat cpu_limit) connections were refused without a limit"
[ "$(stat end_shed)" = 0 ] || fail "$(stat end_shed) sessions were shed without a limit"
wait_for 20 "the balance sheet to add up" sheet
ghosts_none
