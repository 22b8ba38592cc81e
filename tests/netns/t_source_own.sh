#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# --source own: copies leave with the online host's address and ports of their own, whatever the client's;
# a client in a pass prefix is copied too, no port is used twice, and the online host's own connections to the
# same test service, from an address that is passed, work meanwhile. When there are more connections than ports,
# those are taken that the test host has had in TIME-WAIT for longest.
# timeout: 300
# kernel: 6.1
. "$TCOPY_TOP/tests/netns/lib.sh"

if [ "$FAMILY" = 4 ]; then second=10.1.0.3 plen=24 pass=32; else second=fd01::8:3 plen=64 pass=128; fi
log_key() { grep -v " $second " "$T/$1/access.log" | cut -d' ' -f1-3 | sort; }
field() { tr ',{}' '\n\n\n' | sed -n "s/^[[:space:]]*\"$1\":[[:space:]]*\"\(.*\)\"\$/\1/p"; }
rested() { [ "$(stat sessions)" -lt 200 ]; }
one_session() { [ "$(ctl online -j show-sessions | field state | grep -c '^open$')" = 1 ]; }

need_tcopy
lab_up
# deprecated: IPv6 would choose the newest
ip -n online addr add $second/$plen dev eth0 $([ "$FAMILY" = 4 ] || echo nodad preferred_lft 0)
# leaves 560 ports for copies
ns online sysctl -qw net.ipv4.ip_local_port_range='1024 64975'
nginx_up online
nginx_up test
ghosts_start
test_host_up --pass $second/$pass --pass "$(addr client)/$pass"
online_host_up --source own
wait_for 15 "state copying (it is $(target_field state): $(target_field reason))" state_is copying
capture_start syns test "tcp dst port 80 and not src host $second and (tcp[13] = 2 or (ip6[6] = 6 and ip6[53] = 2))" -s 128
[ "$(target_field source)" = own ] || fail "show-targets says source $(target_field source)"

for ((i = 1; i <= 6; i++)); do
	ns online curl -sS -m $((20 * SLOW)) --interface $second -o /dev/null -w '%{http_code}\n' "http://$(hostport test 80)/s/own-$i" || true
done >"$T/own.out" 2>&1 &
own=$!
LAB_PIDS+=($own)
get 1 200 16 /s/
get 201 400 64 /s/ -H 'Connection: close'
get 1 20 8 /m/ -H 'Connection: close'
put 1048576 2 2 1m
same_logs 422 60
same_uploads 2
wait $own
[ "$(grep -c '^200$' "$T/own.out")" = 6 ] || fail "the online host's own requests: $(sort "$T/own.out" | uniq -c | tr '\n' ' ')"

# one connection that stays: what is shown is what the test host sees
ip netns exec client bash -c "exec 3<>/dev/tcp/$(addr online)/80; printf 'GET /s/stays HTTP/1.1\r\nHost: a\r\n\r\n' >&3; exec sleep 200" &
LAB_PIDS+=($!)
wait_for 20 "the copy of one connection" one_session
same_logs 423
source=$(ctl online -j show-sessions | tr '{' '\n' | grep '"open"' | field source)
client=$(ctl online -j show-sessions | tr '{' '\n' | grep '"open"' | field client)
[[ $client == *"$(addr client)"* && $source == *"$(addr online)"* ]] || fail "show-sessions: client $client, source $source"
ss -N test -tanH state established 'sport = :80' | awk '{ print $4 }' | sed 's/\[::ffff:\(.*\)\]/\1/' | grep -qxF "$source" ||
	fail "the test server has no connection of $source: $(ss -N test -tanH state established 'sport = :80' | head -3)"

# every SYN: the address, and ports that this host does not use itself, each once
capture_end syns
tcpdump -nr "$T/syns.pcap" 2>/dev/null | sed -n 's/.* IP6* \([^ ]*\)\.\([0-9]*\) > .* seq \([0-9]*\),.*/\1 \2 \3/p' | sort -u >"$T/syns"
grep -v "^$(addr online) " "$T/syns" >"$T/foreign" && fail "a SYN of another source: $(head -1 "$T/foreign")"
awk '$2 <= 64975' "$T/syns" >"$T/inside"
[ ! -s "$T/inside" ] || fail "ports that this host uses itself: $(head -3 "$T/inside" | tr '\n' ';')"
cut -d' ' -f2 "$T/syns" | sort | uniq -d >"$T/twice"
[ ! -s "$T/twice" ] || fail "$(wc -l <"$T/twice") ports were used twice, the first is $(head -1 "$T/twice")"
[ "$(wc -l <"$T/syns")" -ge 220 ] || fail "only $(wc -l <"$T/syns") SYNs"
grep -v " $second " "$T/test/access.log" | cut -d' ' -f4 | sort -u >"$T/clients"
[ "$(cat "$T/clients")" = "$(addr online)" ] || fail "the test server logged clients $(tr '\n' ' ' <"$T/clients")"
[ "$(stat own_source)" -ge 220 ] || fail "own_source is $(stat own_source)"
[ "$(stat port_early)" = 0 ] || fail "a port was used early while others were free"
ctl online -j show-stats | tr -d ' ' | grep -q '"adds_up":true' || fail "the sheet does not add up"
ctl online -p show-targets | grep -q 'source own' || fail "show-targets does not tell: $(ctl online -p show-targets)"
note "$(wc -l <"$T/syns") SYNs from $(addr online), $(stat own_source) ports"

# more connections than ports; the server closes first, so each leaves a TIME-WAIT there
n=401
while [ "$(stat port_early)" -lt 50 ] && [ $n -lt 3000 ]; do
	get $n $((n + 99)) 16 /s/ -H 'Connection: close'
	n=$((n + 100))
	wait_for 20 "copies that have ended to be forgotten" rested
done
same_logs $((n + 22)) 60
note "$((n - 401)) connections more, $(stat port_early) with a port that had not rested"
# the debug kernel takes 60 s for so many
[ "$(stat port_early)" -ge 50 ] || [ "$SLOW" != 1 ] || fail "no port was used again within 60 s"
for c in tuple_taken end_refused end_no_synack end_reset; do
	[ "$(stat $c)" = 0 ] || fail "$c is $(stat $c)"
done
ghosts_none
