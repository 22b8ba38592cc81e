#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Which connections are copied, and how: --client, --not-client, --sample with --seed on two targets, --ramp,
# --rate; --mss, --mark, --dscp, --dev; --for. What is left out is counted under its name, and set-target changes it.
# when: all
# timeout: 300
. "$TCOPY_TOP/tests/netns/lib.sh"

copied() { log_lines test; }
copied_is() { [ "$(copied)" = "$1" ]; }
at_rest() { [ "$(stat held)" = 0 ] && no_sessions; }
set_web() { ctl online set-target web "$@" || fail "set-target web $*"; }
no_targets() { [ "$(ctl online -j show-targets | tr -d ' \n')" = '[]' ]; }

need_tcopy
lab_up
# leaves others to ports.py
ns client sysctl -qw net.ipv4.ip_local_port_range='1025 19999'
two_clients
if [ "$FAMILY" = 4 ]; then host=32; else host=128; fi
nginx_up online
NGINX_PORTS='80 8080' nginx_up test
ghosts_start
test_host_up
ctl test add-intercept 8080
online_host_up --name web --client "$(addr client)/$host"
wait_for 15 "state copying" state_is copying

# clients
get 1 40 8 /s/a- -H 'Connection: close' "${A[@]}"
get 1 40 8 /s/b- -H 'Connection: close' "${B[@]}"
wait_for 20 "the copies of one client's requests" copied_is 40
! grep -q /s/b- "$T/test/access.log" || fail "a client outside of --client was copied"
[ "$(stat filtered)" -ge 40 ] || fail "filtered is $(stat filtered)"
[ "$(stat no_session)" = 0 ] || fail "no_session is $(stat no_session): filtered packets have a bucket"
logs_clear online test
set_web --client all --not-client "$(addr client)/$host"
get 1 40 8 /s/a- -H 'Connection: close' "${A[@]}"
get 1 40 8 /s/b- -H 'Connection: close' "${B[@]}"
wait_for 20 "the copies of the other client's requests" copied_is 40
! grep -q /s/a- "$T/test/access.log" || fail "a client in --not-client was copied"
ctl online -j show-targets | tr -d ' \n' | grep -q "\"client\":\[\],\"not_client\":\[\"$(addr client)/$host\"\]" || fail "show-targets: $(ctl online -j show-targets)"
# one that is being copied goes on when it is filtered
set_web --not-client none
steady_start 2 6 0.2 /s/stays-
set_web --not-client "$(addr client)/$host"
steady_end
steady_same 30
set_web --not-client none
sheet_ok

# a sample: the same connections on two targets, near to what was asked for
wait_for 20 "rest" at_rest
logs_clear online test
set_web --sample 10 --seed 7
PORT=8080 online_host_up --from 80 --name other --sample 10 --seed 7
TARGET=other wait_for 15 "the other to copy" state_is copying
n=10000
[ "$SLOW" = 1 ] || n=2000
ip netns exec client python3 "$TOP/tests/netns/ports.py" "$(addr online)" 80 20000 $n /s/p- >"$T/ports" 2>&1 || fail "ports.py: $(tail -1 "$T/ports")"
wait_for 60 "rest" at_rest
log_all test | cut -d' ' -f1 | sort | uniq -c | awk '{ print $1 }' | sort | uniq -c >"$T/sample"
[ "$(wc -l <"$T/sample")" = 1 ] && read -r once twice <"$T/sample" && [ "$twice" = 2 ] || fail "two targets with one seed copied others: $(tr '\n' ';' <"$T/sample")"
[ $((once * 100)) -ge $((n * 9)) ] && [ $((once * 100)) -le $((n * 11)) ] || fail "$once of $n connections are no 10 %"
note "the same $once of $n connections on both targets"
for TARGET in web other; do
	[ "$(stat sampled)" -ge $((n - once)) ] || fail "$TARGET: sampled is $(stat sampled)"
	[ "$(stat tuple_taken)$(stat no_session)" = 00 ] || fail "$TARGET: $(stat tuple_taken) taken, $(stat no_session) without a session"
done
TARGET=
ctl online del-target other
sheet_ok
logs_clear online test

# a ramp, then none
set_web --sample 100 --ramp 0.5
sampled=$(stat sampled)
get 1 60 8 /s/ramp- -H 'Connection: close'
[ $(($(stat sampled) - sampled)) -ge 30 ] || fail "a ramp that has just begun left out $(($(stat sampled) - sampled)) of 60"
set_web --ramp 100
sleep 1.2
sampled=$(stat sampled)
logs_clear online test
get 1 60 8 /s/top- -H 'Connection: close'
same_logs 60
[ "$(stat sampled)" = "$sampled" ] || fail "the ramp is at its end, and something was left out"
set_web --ramp off

# a rate
wait_for 20 "rest" at_rest
opened=$(stat opened) since=$(date +%s%N)
set_web --rate 4
get 1 150 8 /s/rate- -H 'Connection: close'
opened=$(($(stat opened) - opened)) took=$((($(date +%s%N) - since) / 1000000))
[ $opened -ge 1 ] && [ $((opened - 2)) -le $((took * 4 / 1000)) ] || fail "$opened began in $took ms at a rate of 4"
[ "$(stat rate_limit)" -ge $((150 - opened)) ] || fail "rate_limit is $(stat rate_limit), $opened of 150 began"
note "rate: $opened began in $took ms"
set_web --rate off
sheet_ok

# the way of copies
ns online nft -f - <<<'table inet lab { chain out { type filter hook output priority 0; tcp dport 80 meta mark 0x11 counter; }; }' || fail "nft"
set_web --mss 500 --mark 0x11 --dscp 10 --dev eth0
wait_for 15 "state copying" state_is copying
ns online ethtool -K eth0 tso off gso off >/dev/null	# or veth carries what is still to be cut
capture_start way test "tcp dst port 80 and ether src ${MAC[online]}" -s 128
logs_clear online test
put 100000 2 2 way
same_logs 2
same_uploads 2
capture_end way
tcpdump -nvr "$T/way.pcap" 2>/dev/null >"$T/way.txt"
most=$(grep -oE 'length [0-9]+(:|$)' "$T/way.txt" | tr -dc '0-9\n' | sort -n | tail -1)
[ "$most" -le 500 ] && [ "$most" -ge 450 ] || fail "segments of $most bytes"
if [ "$FAMILY" = 4 ]; then grep -q 'tos 0x28' "$T/way.txt" || fail "no DSCP: $(head -2 "$T/way.txt")"; ! grep 'tos 0x0,' "$T/way.txt" || fail "copies without DSCP"
else grep -q 'class 0x28' "$T/way.txt" || fail "no DSCP: $(head -2 "$T/way.txt")"; fi
ns online nft list table inet lab >"$T/nft"
[ "$(sed -n 's/.*counter packets \([0-9]*\).*/\1/p' "$T/nft")" -ge 10 ] || fail "copies without a mark: $(grep counter "$T/nft")"
ctl online -p show-targets | tr -s ' \n' ' ' | grep -q 'mss 500, mark 0x11, dscp 10, dev eth0' || fail "not shown: $(ctl online -p show-targets)"
set_web --mss off --mark off --dscp 0 --dev off
sheet_ok

# the end, by itself: of one that is copying, too
steady_start 2 4 0.2 /s/ends-
set_web --for 2
ctl online -j show-targets | tr -d ' \n' | grep -qE '"ends":[12],' || fail "show-targets tells no end: $(ctl online -j show-targets)"
wait_for 15 "the target to end by itself" no_targets
steady_end
wait_for 20 "its copies to leave the test server" no_connections test
online_host_up --for 1
wait_for 15 "the target to end by itself" no_targets
ghosts_none
