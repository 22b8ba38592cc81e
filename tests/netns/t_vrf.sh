#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# VRFs on the online host: --direct through one (by its name, and by its device's), where a connection of the online host's
# own that is bound to it wins over a copy, and its port is given to none; and clients that come in by one.
# when: all
# timeout: 240
. "$TCOPY_TOP/tests/netns/lib.sh"
. "$TCOPY_TOP/tests/netns/direct.sh"
. "$TCOPY_TOP/tests/netns/icept.sh"

inner() { if [ "$FAMILY" = 4 ]; then echo "10.8.0.$1"; else echo "fd08::$1"; fi; }
bracket() { if [ "$FAMILY" = 4 ]; then echo "$1"; else echo "[$1]"; fi; }
into_vrf() {	# DEVICE: the addresses of an IPv6 device go when it is enslaved
	ns online sysctl -qw net.ipv6.conf.all.keep_addr_on_down=1
	ip -n online link set "$1" master vrf9 || fail "$1 into the VRF"
}
copied() {	# TARGET-OPTION...
	logs_clear online test
	ctl online add-target "$(bracket "$(inner 2)"):80" "$@" || fail "add-target $*"
	wait_for 20 "state copying with $* (it is $(target_field state): $(target_field reason))" state_is copying
	get 1 40 4 /s/
	get 1 6 2 /m/
	put 300000 2 2 vrf
	same_logs 48 60
	note "$*: ok"
}
rest() {
	wait_for 30 "the copies to end" no_sessions
	sheet_ok
	ctl online del-target all || fail "del-target"
	wait_for 10 "the test server's connections to end" no_connections test
}

need_tcopy
lab_up
ip -n online link add eth1 type veth peer name eth1 netns test
ip -n online link add vrf9 type vrf table 109 || fail "a VRF"
ip -n online link set vrf9 up
into_vrf eth1
ip -n online addr replace 10.8.0.1/24 dev eth1
ip -n online addr replace fd08::1/64 dev eth1 nodad
ip -n test addr replace 10.8.0.2/24 dev eth1
ip -n test addr replace fd08::2/64 dev eth1 nodad
ip -n online link set eth1 up
ip -n test link set eth1 up
nginx_up online
nginx_up test
ghosts_start
insmod "$KMOD/tcopy.ko" || fail "insmod tcopy.ko"
ctl online set --cpu 100

copied --direct --dev vrf9
rest
copied --direct --dev eth1 --name web
[ "$(cut -d' ' -f4 "$T/test/access.log" | sort -u)" = "$(inner 1)" ] || fail "another source than the online host's in the VRF"

# A socket that is bound to the VRF
steady_start 1 $((8 * SLOW)) 0.5 /s/stays-
wait_for 10 "a copy" a_copy
port=$(copy_port)
ns online timeout $((30 * SLOW)) python3 "$TOP/tests/netns/hold.py" "$(inner 1)" "$(inner 2)" 80 1 "$port" vrf9 </dev/null >"$T/held" 2>&1 ||
	fail "the online host's own connection: $(tail -1 "$T/held")"
grep -q '^held 1' "$T/held" || fail "the online host's own connection: $(cat "$T/held")"
[ "$(stat evicted)" = 1 ] || fail "evicted is $(stat evicted)"
steady_end
rest

# Ports that such sockets have are given to no copy: 64 of the 512 that there are to choose from. A copy tries 8 of them,
# so with more of them taken one would now and then find none.
ns online sysctl -qw net.ipv4.ip_local_port_range='1536 65535'
hold bound online "$(inner 1)" "$(inner 2)" 80 64 1024 vrf9
bound=${LAB_PIDS[-1]}
capture_start syns test 'dst port 80 and (tcp[13] & 18 = 2 or (ip6[6] = 6 and ip6[53] & 18 = 2))' -i eth1
copied --direct --dev vrf9
get 101 200 8 /s/ -H 'Connection: close'
same_logs 148
capture_end syns
tcpdump -nr "$T/syns.pcap" 2>/dev/null | sed -nE 's/.*[.]([0-9]+) > .*/\1/p' | sort -un >"$T/ports"
n=$(awk '$1 >= 1088 && $1 < 1536' "$T/ports" | wc -l)
[ "$n" -ge 100 ] || fail "only $n ports of the 448 that are free were used"
n=$(awk '$1 >= 1024 && $1 < 1088' "$T/ports" | wc -l)
[ "$n" = 0 ] || fail "copies have $n ports of the online host's own connections"
[ "$(stat evicted)" = 0 ] || fail "evicted is $(stat evicted)"
[ "$(stat tuple_taken)" = 0 ] || fail "tuple_taken is $(stat tuple_taken)"
held bound "a connection of the online host's own suffered"
kill "$bound"
rest

# The other way round: clients come in by a VRF, copies leave outside of it
ip -n online link set eth1 nomaster
ip -n online addr replace 10.8.0.1/24 dev eth1
ip -n online addr replace fd08::1/64 dev eth1 nodad
into_vrf eth0
ip -n online addr replace "${IP4[online]}/24" dev eth0
ip -n online addr replace "${IP6[online]}/64" dev eth0 nodad
ns online sysctl -qw net.ipv4.tcp_l3mdev_accept=1
wait_for 10 "the service in the VRF" ns client curl -gsf -o /dev/null "http://$(hostport online 80)/s/"
logs_clear online test
# shellcheck disable=SC2119
test_host_up
copied
[ "$(cut -d' ' -f4 "$T/test/access.log" | sort -u)" = "$(addr client)" ] || fail "another source than the client's"
rest
ghosts_none
