#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Stateful firewalls that drop what is INVALID to conntrack, on both hosts; a conntrack table that is full; a test
# host that filters by reverse path.
# timeout: 300
# when: all
. "$TCOPY_TOP/tests/netns/lib.sh"

# stateful HOST: what conntrack knows, new requests, and the return channel's first datagram come in; what is INVALID
# goes neither way
stateful() {
	ip netns exec "$1" nft -f - <<-'E'
	table inet t {
		chain in {
			type filter hook input priority 0; policy drop
			ct state established,related accept
			ct state invalid counter drop
			iif lo accept
			meta l4proto { icmp, ipv6-icmp } accept
			tcp dport 80 ct state new accept
			udp dport 36524 ct state new accept
		}
		chain out {
			type filter hook output priority 0
			ct state invalid counter drop
		}
	}
	E
}
tracked() { ns online cat /proc/sys/net/netfilter/nf_conntrack_count; }
# A flow of its own each time: does an answer come to a datagram of the online host's?
echo_up() {
	ns client python3 -c '
import socket, sys
s = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET, socket.SOCK_DGRAM)
s.bind((sys.argv[1], 20000))
while True:
    s.sendto(*s.recvfrom(99))' "$(addr client)" &
	LAB_PIDS+=($!)
	wait_for 10 "the echo to listen" echo_listens
	wait_for 10 "an echo" echoes
}
echo_listens() { ss -N client -lunH 'sport = :20000' | grep -q .; }
echoes() {
	ns online python3 -c '
import socket, sys
s = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(1)
s.connect((sys.argv[1], 20000))
for _ in range(2):
    try:
        s.send(b"x")
        s.recv(9)
        sys.exit(0)
    except OSError:
        pass
sys.exit(1)' "$(addr client)"
}

need_tcopy
lab_up
nginx_up online
nginx_up test
ghosts_start
stateful test || fail "nft"
stateful online || fail "nft"
tcopy_up
get 1 400 16 /s/
put 1048576 2 2 1m
get 401 600 8 /s/ -H 'Connection: close'
same_logs 602
same_uploads 2
flows online online 80 >/dev/null || fail "production's own connections are not in conntrack"
! flows online test 80 || fail "a copy is in the online host's conntrack"

ns test nft delete table inet t || fail "nft"	# the limit is the machine's, the table a namespace's

# The table is full: production's flows are not tracked here, or they would suffer; the return channel's are.
ns online nft 'add table inet raw; add chain inet raw pre { type filter hook prerouting priority raw; };
	add chain inet raw out { type filter hook output priority raw; };
	add rule inet raw pre tcp dport 80 notrack; add rule inet raw out tcp sport 80 notrack;
	insert rule inet t in tcp dport 80 accept' || fail "nft"
max=$(sysctl -n net.netfilter.nf_conntrack_max)
echo_up
sysctl -qw net.netfilter.nf_conntrack_max=1 || fail "sysctl"
logs_clear online test
get 1 300 16 /s/
get 301 400 8 /s/ -H 'Connection: close'
end=$((SECONDS + 30 * SLOW))
until logs_equal || [ $SECONDS -ge $end ]; do sleep 0.2; done
full=$(tracked)
if echoes; then full=; fi
sysctl -qw net.netfilter.nf_conntrack_max="$max"	# before anything can fail: other tests follow
same_logs 400
[ -n "$full" ] || fail "conntrack has room again: this proves nothing"
note "conntrack was full with $full flows"
ns online nft 'delete table inet raw; delete table inet t' || fail "nft"

# The test host has another way back to clients, and is strict about it: the probe, of the online host's own
# address, is answered, and copies are not.
if ! ip -n test link add away type dummy || ! ip -n test link set away up; then fail "ip link"; fi
if [ "$FAMILY" = 4 ]; then
	ip -n test route add "$(addr client)/32" dev away || fail "ip route"
	ns test sysctl -qw net.ipv4.conf.all.rp_filter=1
	loose() { ns test sysctl -qw net.ipv4.conf.all.rp_filter=2; }
else
	ip -n test -6 route add "$(addr client)/128" dev away || fail "ip route"
	ns test nft 'add table ip6 rp; add chain ip6 rp pre { type filter hook prerouting priority raw; };
		add rule ip6 rp pre tcp dport 80 fib saddr . iif oif missing drop' || fail "nft"
	loose() { ns test nft delete table ip6 rp; }
fi
load_start $((12 * SLOW)) 8 /s/ -H 'Connection: close'
says_rp_filter() { [[ $(target_field reason) == *rp_filter* ]]; }
wait_for 15 "a reason that names rp_filter (it is '$(target_field reason)')" says_rp_filter
note "strict: $(target_field state): $(target_field reason)"
load_end
loose || fail "loose"
no_copies() { [ "$(stat sessions)" = 0 ]; }
wait_for 30 "copying to resume" state_is copying
wait_for 60 "the copies to end" no_copies
wait_for 60 "the test server's old connections to end" no_connections test
sheet_ok
logs_clear online test
get 1 200 8 /s/ -H 'Connection: close'
same_logs 200
ghosts_none
