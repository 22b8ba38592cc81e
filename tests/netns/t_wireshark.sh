#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The dissector of the return channel reads a live one: all types of datagrams, nothing malformed, each answer's header
# with its addresses, and as many of them as the online host counted.
# when: all
. "$TCOPY_TOP/tests/netns/lib.sh"

read_it() {	# TSHARK ARGUMENT...
	tshark -n -X lua_script:"$TOP/packaging/wireshark/tcopy.lua" -r "$T/wire.pcap" "$@" 2>"$T/tshark.err" ||
		fail "tshark: $(head -1 "$T/tshark.err")"
}
command -v tshark >/dev/null || fail "tshark is not installed"
need_tcopy
lab_up
nginx_up online
nginx_up test
ghosts_start
capture_start wire online 'udp port 36524'
test_host_up --pass 10.9.0.0/16 --pass fd09::/64
online_host_up
wait_for 15 "state copying" state_is copying
get 1 100 4 /s/
same_logs 100
sheet_ok
wait_for 20 "the end of all copies" no_sessions
headers=$(($(stat headers) + $(stat headers_unknown)))
ctl online stop
capture_end wire

read_it -T fields -e tcopy.type | sort | uniq -c >"$T/types"
for n in 1 2 3 4 5 6; do
	grep -qE " $n\$" "$T/types" || fail "no datagram of type $n: $(tr '\n' ';' <"$T/types")"
done
[ "$(read_it -Y 'udp && !tcopy' | wc -l)" = 0 ] || fail "a datagram was not recognized"
[ "$(read_it -Y '_ws.malformed || tcopy.cut' | wc -l)" = 0 ] || fail "malformed: $(read_it -Y '_ws.malformed || tcopy.cut' | head -1)"
read_it -V >"$T/text"
dest=$(addr client) from=$(addr test)
n=$(grep -cE "^ *Answer: $from port 80 -> $dest port [0-9]+, [0-9]+ bytes" "$T/text" || true)
all=$(read_it -Y 'tcopy.type == 5' -T fields -e tcopy.records | awk '{ n += $1 } END { print n + 0 }')
note "$all answers in HEADERS, $n of them of copies; the online host counted $headers"
[ "$n" -ge 100 ] || fail "only $n answers to the client are shown"
# those to its probes are not among them
[ "$n" = "$headers" ] || fail "$n answers to the client are shown, but the online host counted $headers"
if [ "$FAMILY" = 4 ]; then pass=10.9.0.0/16; else pass=fd09::/64; fi
grep -q "Service: $from port 80 intercepted" "$T/text" || fail "the WELCOME's service is not shown"
grep -q "Pass prefix: $pass" "$T/text" || fail "its pass prefix is not shown"
grep -q "Copy: $dest port [0-9]* -> $from port 80" "$T/text" || fail "the OPEN's connections are not shown"
ghosts_none
