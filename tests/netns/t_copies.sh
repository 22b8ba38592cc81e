#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# --copies: the test server has each request so many times, each from an address and port of its own; with --source
# PREFIX from addresses of that. A real connection that needs the port of one of several is copied, and that one goes.
# when: all
# timeout: 300
. "$TCOPY_TOP/tests/netns/lib.sh"

# seen COUNT EACH: of COUNT requests the test server has had each EACH times
seen() { [ "$(log_lines test)" = $(($1 * $2)) ] && [ "$(log_all test | cut -d' ' -f1 | sort | uniq -c | awk '{ print $1 }' | sort -u)" = "$2" ]; }
# tuples: address and port of each connection that the test server got; the online host's own are probes, of a target that is set
syns_start() { capture_start syns test 'tcp dst port 80 and (tcp[13] = 2 or (ip6[6] = 6 and ip6[53] = 2))' -s 128; }
syns_end() {
	capture_end syns
	tcpdump -nr "$T/syns.pcap" 2>/dev/null | sed -n 's/.* IP6* \([^ ]*\)\.\([0-9]*\) > .* seq \([0-9]*\),.*/\1 \2 \3/p' | grep -v "^$(addr online) " | sort -u >"$T/syns"
}
at_rest() { [ "$(stat held)" = 0 ] && no_sessions; }
more_evicted() { [ "$(stat evicted)" -gt "$1" ]; }

n=20 many=1000 at_once=8
# fewer at a time: a relay that has no time for 3 s pauses copying
[ "$SLOW" = 1 ] || n=5 many=300 at_once=2

need_tcopy
lab_up
if [ "$FAMILY" = 4 ]; then prefix=10.77.0.0/16 match='^10\.77\.'; else prefix=fd77::/64 match='^fd77:'; fi
# as clients have it: no real connection has a copy's port by chance
ns client sysctl -qw net.ipv4.ip_local_port_range='32768 60999'
nginx_up online
nginx_up test
ip -n test route add $prefix via "$(addr online)" dev eth0
ghosts_start
test_host_up
ctl online set --cpu 100 2>/dev/null || true
online_host_up --name web --copies 10
wait_for 15 "state copying" state_is copying

syns_start
get 1 100 $at_once /s/ten- -H 'Connection: close'
wait_for 60 "10 times each of 100 requests ($(log_lines test) are)" seen 100 10
wait_for 30 "rest" at_rest
syns_end
[ "$(cut -d' ' -f1,2 "$T/syns" | sort -u | wc -l)" = 1000 ] || fail "$(cut -d' ' -f1,2 "$T/syns" | sort -u | wc -l) tuples, not 1000"
[ "$(wc -l <"$T/syns")" = 1000 ] || fail "$(wc -l <"$T/syns") connections: a tuple had two ISNs"
[ "$(cut -d' ' -f1 "$T/syns" | sort -u)" = "$(addr client)" ] || fail "sources: $(cut -d' ' -f1 "$T/syns" | sort -u | head -3)"
[ "$(stat opened)" = 1000 ] || fail "opened is $(stat opened)"
sheet_ok
note "100 connections, 1000 tuples"

# bodies that are shared, several requests a connection
logs_clear online test
get 1 40 4 /m/ten-
wait_for 60 "10 times each of 40 requests" seen 40 10
put 300000 2 2 body
wait_for 60 "10 times each" seen 42 10
same_uploads 2
wait_for 30 "rest" at_rest
sheet_ok

# connections that stay, with 9 other ports of the client each; then real ones on those ports
logs_clear online test
steady_start 4 $((100 * SLOW)) 0.5 /s/stays-
ctl online -j show-sessions | tr '{' '\n' | grep '"open"' | tr ',' '\n' | sed -n 's/.*"source": *"\(.*\)".*/\1/p' | sed 's/.*:\([0-9]*\)$/\1/' | sort -un >"$T/used"
ctl online -j show-sessions | tr '{' '\n' | grep '"open"' | tr ',' '\n' | sed -n 's/.*"client": *"\(.*\)".*/\1/p' | sed 's/.*:\([0-9]*\)$/\1/' | sort -un >"$T/real"
comm -23 <(sort "$T/used") <(sort "$T/real") | awk '$1 > 1024' | head -12 >"$T/taken"
[ "$(wc -l <"$T/taken")" = 12 ] || fail "only $(wc -l <"$T/taken") ports of further copies: $(wc -l <"$T/used") used, $(wc -l <"$T/real") real"
evicted=$(stat evicted)
for port in $(cat "$T/taken"); do get $port $port 1 /s/evict- --local-port $port -H 'Connection: close'; done
wait_for 30 "copies to be evicted" more_evicted $((evicted + 11))
[ "$(stat tuple_taken)" = 0 ] || fail "tuple_taken is $(stat tuple_taken)"
steady_end now
for port in $(cat "$T/taken"); do
	grep -q "^/s/evict-$port 200" "$T/test/access.log" || fail "the connection from port $port was not copied"
done
note "$(stat evicted) copies evicted by 12 real connections"
wait_for 60 "rest" at_rest
sheet_ok

# from a prefix
logs_clear online test
ctl online set-target web --copies 100 --source $prefix || fail "set-target"
syns_start
get 1 $n 1 /s/prefix- -H 'Connection: close'
wait_for 60 "100 times each of $n requests ($(log_lines test) are)" seen $n 100
wait_for 30 "rest" at_rest
syns_end
[ "$(cut -d' ' -f1,2 "$T/syns" | sort -u | wc -l)" = $((n * 100)) ] || fail "$(cut -d' ' -f1,2 "$T/syns" | sort -u | wc -l) tuples, not $((n * 100))"
! grep -v "$match" "$T/syns" | head -1 | grep . || fail "sources outside of $prefix"
ctl online -p show-targets | grep -q "100 copies of each, source $prefix" || fail "not shown: $(ctl online -p show-targets)"
sheet_ok

# very many of one, and the end under way
logs_clear online test
ctl online set-target web --copies $many || fail "set-target --copies $many"
get 1 1 1 /s/many-
wait_for 60 "$many times one request ($(log_lines test) are)" seen 1 $many
# all on one emulated machine: a thousand for each of many would leave its clients no time
ctl online set-target web --copies 20 || fail "set-target --copies 20"
load_start 3 2 /s/ -H 'Connection: close'
ctl online del-target web || fail "del-target"
load_end
wait_for 60 "the copies to leave the test server" no_connections test
ghosts_none
