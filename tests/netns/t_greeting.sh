#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Who speaks first: where clients do, a copy's handshake ends with its first payload, or 4 ms late; where one has waited
# for its service's greeting, at once, so that no greeting is late. With --direct, where the test service's answers are on
# the wire.
# when: all
. "$TCOPY_TOP/tests/netns/lib.sh"
PORT=81
greet() { ns "$1" /usr/bin/python3 "$TOP/tests/netns/greet.py" "${@:2}"; }
listens() { ss -N "$1" -tlnH 'sport = :81' | grep -q .; }
opened_is() { [ "$(stat opened)" = "$1" ]; }
# late_by N: the first ACKs of N copies whose clients have nothing to say for a while, in LATE, lowest first
late_by() {
	local opened
	opened=$(stat opened)
	capture_start copies test "port 81"
	greet client first "$(addr online)" 81 "$1" "$(awk "BEGIN { print 0.3 * $SLOW }")" || fail "clients that speak first"
	wait_for 10 "$1 copies" opened_is $((opened + $1))
	wait_for 20 "the copies to end" no_sessions
	capture_end copies
	tcpdump -ttnr "$T/copies.pcap" 2>/dev/null >"$T/copies.txt"
	read -ra LATE < <(/usr/bin/python3 "$TOP/tests/netns/greet.py" acks "$T/copies.txt")
	[ "${#LATE[@]}" = "$1" ] || fail "${#LATE[@]} copies of $1 have ended their handshake"
	note "${LATE[*]} us"
}

need_tcopy
lab_up
for n in online test; do
	ip netns exec $n /usr/bin/python3 "$TOP/tests/netns/greet.py" serve 81 $SLOW >"$T/$n.log" 2>&1 &
	LAB_PIDS+=($!)
	wait_for 20 "the service in $n" listens $n
done
ghosts_start
online_host_up --direct
wait_for 15 "state copying (it is $(target_field state): $(target_field reason))" state_is copying

greet client first "$(addr online)" 81 20 || fail "clients that speak first"
wait_for 10 "20 copies" opened_is 20
late_by 10
late=${LATE[0]}
[ "$late" -ge 3000 ] || fail "clients speak first, and the ACK of a handshake came after $late us"
greet client waits "$(addr online)" 81 1 || fail "a client that waits"
wait_for 10 "its copy" opened_is 31
late_by 10
[ "${LATE[0]}" -lt $((late - 2000)) ] || fail "a client has waited for a greeting, and the ACK of a handshake comes after ${LATE[0]} us"
sheet_ok
ghosts_none
