#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# --direct when things go wrong: answers with wrong checksums and in fragments, ICMP errors, a connection of the online
# host's own, or that it masquerades, with a copy's addresses and ports, a test service that leaves first, a test host that is cut off. Clients
# notice nothing, and nothing comes past tcopy.
# when: all
# timeout: 240
. "$TCOPY_TOP/tests/netns/lib.sh"
. "$TCOPY_TOP/tests/netns/direct.sh"

# box_up OPTION...: raw.py's box is in the way of the test server's answers
box_up() {
	ip netns exec test /usr/bin/python3 "$TOP/tests/netns/raw.py" box eth0 "$@" >"$T/box.log" 2>&1 &
	BOX_PID=$!
	LAB_PIDS+=("$BOX_PID")
	wait_for 20 "the box" grep -q ready "$T/box.log"
	ip -n test link set tun0 up mtu 1400
	ip -n test route add "$(addr online)" dev tun0 src "$(addr test)"
}
box_down() { kill "$BOX_PID" || fail "the box had ended: $(tail -1 "$T/box.log")"; wait "$BOX_PID" 2>/dev/null || true; }
grew() { [ "$(stat "$1")" -gt "$2" ]; }
silent() { [ -z "$(ss -N test -tlnH 'sport = :80')" ]; }
rest() { wait_for 60 "the copies to end" no_sessions; sheet_ok; }

need_tcopy
lab_up
nginx_up online
nginx_up test
watch_up test 80
ghosts_start
online_host_up --direct --name web
wait_for 15 "state copying (it is $(target_field state): $(target_field reason))" state_is copying

# a bit turned
box_up --corrupt 10
get 1 8 4 /m/corrupt-
same_logs 8 60
rest
box_down
[ "$(stat answers_lost)" -gt 0 ] || fail "no answer was found wrong"

# In fragments that nobody puts together the copy cannot go on; the answers' rest has no ports. What is left is reset.
logs_clear online test
box_up --fragment 600
get 1 4 2 /m/pieces-
wait_for 30 "copies to end for their fragments" grew end_unsupported 0
rest
wait_for 10 "the test server's connections to end" no_connections test
# conntrack does
conntrack_up
logs_clear online test
lost=$(stat answers_lost)
get 1 4 2 /m/whole-
same_logs 4 60
rest
[ "$(stat answers_lost)" = "$lost" ] || fail "answers in fragments were lost"
box_down

# a firewall that says no by ICMP: copies and probes are refused at once, and none of the errors comes past
logs_clear online test
ns test nft -f - <<NFT || fail "nft of a firewall"
table inet no { chain input { type filter hook input priority 0; policy accept; tcp dport 80 reject with icmpx type admin-prohibited; }; }
NFT
get 1 20 1 /s/no- -H 'Connection: close'
wait_for 15 "the probe to be refused, too" state_is refused
[ "$(stat pauses)" = 1 ] || fail "copying was paused $(stat pauses) times"
[ "$(stat answer_errors)" -ge 5 ] || fail "answer_errors is $(stat answer_errors)"
[ "$(stat end_refused)" -ge 5 ] || fail "end_refused is $(stat end_refused)"
note "refused by ICMP: $(target_field reason)"
ns test nft delete table inet no
wait_for 30 "copying to resume" state_is copying
rest
watch_none

# a service that leaves first and is back: what was copied goes on with its clients' next requests
logs_clear online test
steady_start 4 $((6 * SLOW)) 0.2 /s/left-
ns test nginx -c "$T/test/nginx.conf" -e "$T/test/error.log" -s stop
wait_for 20 "the test server to stop" silent
ns test nginx -c "$T/test/nginx.conf" -e "$T/test/error.log" || fail "nginx does not start again"
steady_end
[ "$(stat reopened)" -gt 0 ] || fail "no connection was reopened"
rest
note "reopened $(stat reopened)"

# a connection of this host wins over a copy, which is not heard of any more
logs_clear online test
wait_for 30 "state copying" state_is copying
steady_start 1 $((8 * SLOW)) 0.5 /s/stays-
wait_for 20 "the copy to be connected" a_copy
port=$(copy_port)
ns online timeout $((30 * SLOW)) python3 "$TOP/tests/netns/hold.py" "$(addr online)" "$(addr test)" 80 1 "$port" </dev/null >"$T/held" 2>&1 ||
	fail "the online host's own connection: $(tail -1 "$T/held")"
grep -q '^held 1' "$T/held" || fail "the online host's own connection: $(cat "$T/held")"
[ "$(stat evicted)" = 1 ] || fail "evicted is $(stat evicted)"
steady_end
rest

# so does one that this host masquerades (conntrack is not asked about IPv6)
if [ "$FAMILY" = 4 ]; then
	evicted=$(stat evicted)
	ip netns add inner
	HOSTS+=(inner)
	ip -n online link add inside type veth peer name eth0 netns inner
	ip -n online addr add 10.2.0.1/24 dev inside && ip -n online link set inside up
	ip -n inner addr add 10.2.0.2/24 dev eth0 && ip -n inner link set eth0 up && ip -n inner route add default via 10.2.0.1
	ns online sysctl -qw net.ipv4.ip_forward=1
	ns online nft 'add table ip m; add chain ip m post { type nat hook postrouting priority srcnat; };
		add rule ip m post oifname eth0 ip saddr 10.2.0.0/24 masquerade' || fail "nft of a masquerade"
	steady_start 1 $((8 * SLOW)) 0.5 /s/masked-
	wait_for 20 "the copy to be connected" a_copy
	port=$(copy_port)
	ns inner timeout $((30 * SLOW)) python3 "$TOP/tests/netns/hold.py" 10.2.0.2 "$(addr test)" 80 1 "$port" </dev/null >"$T/masked" 2>&1 ||
		fail "the masqueraded connection: $(tail -1 "$T/masked")"
	grep -q '^held 1' "$T/masked" || fail "the masqueraded connection: $(cat "$T/masked")"
	[ "$(stat evicted)" = $((evicted + 1)) ] || fail "evicted is $(stat evicted), not $((evicted + 1))"
	note "a masqueraded connection has had the port $port of a copy"
	steady_end
	rest
fi
own=$(passed)

# cut off
load_start 8 16 /s/ -H 'Connection: close'
ip -n net link set test down
ns online ip neigh del "$(addr test)" dev eth0 2>/dev/null || true
wait_for 12 "copying to pause" state_is_not copying
note "cut off: $(target_field state): $(target_field reason)"
load_end
ip -n net link set test up
wait_for 30 "copying to resume" state_is copying
# some are sent again only now
wait_for 60 "the old copies to end" no_sessions
wait_for 60 "the test server's old connections to end" no_connections test
logs_clear online test
get 1 100 8 /s/back-
same_logs 100
rest
[ "$(passed)" = "$own" ] || fail "$(($(passed) - own)) answers came past tcopy when the test host was back"
ghosts_none
