#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# --addr: the test service is in a container behind a bridge of the test host, at an address of its own
# and behind a published port (DNAT); or on a host that can load no module and routes through this one.
# timeout: 300
# when: all
. "$TCOPY_TOP/tests/netns/lib.sh"
. "$TCOPY_TOP/tests/netns/icept.sh"

need_tcopy
modprobe br_netfilter || skip "no br_netfilter"
lab_up
# Two containers behind br1 of the test host, which masquerades what they begin, as docker does. The
# first has a second leg into the lab's segment, for later.
if [ "$FAMILY" = 4 ]; then gw=10.2.0.1 net=10.2.0.0/24 len=24 host=32 nft=ip; else gw=fd02::1 net=fd02::/64 len=64 host=128 nft=ip6; fi
IP4+=([inner]=10.2.0.2 [side]=10.2.0.3 [leg]=10.1.0.4) IP6+=([inner]=fd02::2 [side]=fd02::3 [leg]=fd01::4)
nodad=()
[ "$FAMILY" = 4 ] || nodad=(nodad)
eval "$(declare -f lab_down | sed '1s/lab_down/lab_down_2/')"
# shellcheck disable=SC2317	# lab_exit calls it
lab_down() { lab_down_2; local bad=$?; rmmod br_netfilter; return $bad; }
ns test sysctl -qw net.bridge.bridge-nf-call-iptables=1 net.bridge.bridge-nf-call-ip6tables=1 \
	net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
ip -n test link add br1 type bridge mcast_snooping 0
ip -n test link set br1 up
ip -n test addr add $gw/$len dev br1 "${nodad[@]}"
for n in inner side; do
	ip netns add $n
	MORE+=($n)
	ip -n $n link set lo up
	ip link add eth0 netns $n type veth peer name $n netns test
	ip -n test link set $n master br1 up
	ip -n $n addr add "$(addr $n)/$len" dev eth0 "${nodad[@]}"
	ip -n $n link set eth0 up
	ip -n $n -"$FAMILY" route add default via $gw
done
for n in online client; do ip -n $n -"$FAMILY" route add $net via "$(addr test)"; done
ns test nft -f - <<NFT
table $nft lab {
	chain forward { type filter hook forward priority 0; ct state invalid counter drop; }
	chain pre { type nat hook prerouting priority -100; tcp dport 8080 dnat to $(hostport inner 80); }
	chain post { type nat hook postrouting priority 100; $nft saddr $net oifname eth0 masquerade; }
}
NFT
nginx_up online
nginx_up inner
nginx_up side
ns inner sysctl -qw net.ipv4.tcp_synack_retries=1	# what nobody resets goes soon
capture_start inner client "tcp and ether src ${MAC[test]} and (host $(addr inner) or host $(addr leg) or port 8080)"
ghosts_start
insmod "$KMOD/tcopy_intercept.ko" || fail "insmod tcopy_intercept.ko"
insmod "$KMOD/tcopy.ko" || fail "insmod tcopy.ko"
relay_start

# copied TO [ADD-TARGET OPTION...]: what the client asks is asked of the container too
copied() {
	: >"$T/online/access.log"; : >"$T/inner/access.log"
	ctl online add-target "$@" --relay "$(hostport test 36524)" || fail "add-target $*"
	wait_for 20 "state copying (it is $(target_field state): $(target_field reason))" state_is copying
	get 1 100 8 /s/ ; get 1 4 2 /m/
	inner_is() { cmp -s <(log_key online) <(log_key inner); }
	wait_for 20 "104 requests in the container" inner_is
	answers=$(icept_stat stolen)
	ctl online del-target all
}

# at its own address; others' port 80 is forwarded as ever, and so is the container's to who is passed
ctl test add-intercept 80 --addr "$(addr inner)"
copied "$(hostport inner 80)"
[ "$answers" -gt 100 ] || fail "answers went another way: $(icept stats)"
capture_end inner
[ "$(tcpdump -nr "$T/inner.pcap" 2>/dev/null | wc -l)" = 0 ] || fail "an answer reached the client: $(tcpdump -nr "$T/inner.pcap" 2>/dev/null | head -1)"
ghosts_none	# what follows reaches the client by intent, but in copied()
stolen=$(icept_stat stolen)
ns client curl -sS -o /dev/null -m 10 "http://$(hostport side 80)/m/1" || fail "forwarded traffic of others suffers"
ns test curl -sS -o /dev/null -m 10 "http://$(hostport inner 80)/s/2" || fail "this host does not reach its container"
[ "$(icept_stat stolen)" = "$stolen" ] || fail "forwarded traffic of others was stolen: $(icept stats)"

# ICMP errors about it: the container's, and this host's own when the container is gone
ns inner nft -f - <<NFT
table $nft lab {
	chain in { type filter hook input priority 0; tcp dport 80 reject; }
}
NFT
capture_start errors client "ether src ${MAC[test]} and (icmp or (icmp6 and ip6[40] < 128))"
ns client curl -s -m 3 "http://$(hostport inner 80)/s/3" && fail "a rejected request was answered"
ns inner nft delete table $nft lab
[ "$(icept_stat errors)" -gt 0 ] || fail "the container's errors were not seen: $(icept stats)"
errors=$(icept_stat errors)
ip -n test link set inner down
ip -n test neigh flush dev br1
ns client curl -s -m 5 "http://$(hostport inner 80)/s/4" && fail "nobody answered"
[ "$(icept_stat errors)" -gt "$errors" ] || fail "this host's own errors about it were not seen: $(icept stats)"
capture_end errors
[ "$(tcpdump -nr "$T/errors.pcap" 2>/dev/null | wc -l)" = 0 ] || fail "an error reached the client: $(tcpdump -nr "$T/errors.pcap" 2>/dev/null | head -1)"
ip -n test link set inner up
wait_for 20 "the container to be back" ns test curl -s -m 2 -o /dev/null "http://$(hostport inner 80)/s/0"

# it drains until no answer has passed for a while
icept del all force , add 80 addr="$(addr inner)" quiet=3
relay_end
( for i in 1 2 3 4 5 6 7 8; do ns client curl -s -m 1 -o /dev/null "http://$(hostport inner 80)/s/$i"; done; true ) &
asks=$!
ctl test del-intercept 80 2>"$T/out" || fail "del-intercept: $(cat "$T/out")"
grep -q 'drains until no answer has passed' "$T/out" || fail "del-intercept: $(cat "$T/out")"
wait $asks || true
icept get | grep -q 'state=draining' || fail "it left while answers passed: $(icept get)"
wait_for 60 "the intercept to leave" no_intercepts
hooks_are 0
ns client curl -sS -o /dev/null -m 10 "http://$(hostport inner 80)/s/5" || fail "not unhooked"

# behind a published port: answers leave from this host's address. It has spoken with the client just now, and each
# would ask soon whether the other is still there.
for n in test client; do ip -n $n neigh flush dev eth0; done
ghosts_start
relay_start
ctl test add-intercept 8080 --addr "$(addr test)"
copied "$(hostport test 8080)" --from 80
icept del all force
# through this host, which sees answers alone, and would masquerade what it takes for new
ip link add eth1 netns inner type veth peer name leg netns net
ip -n net link set leg master br0 up
ns inner sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.eth1.rp_filter=0 net.ipv6.conf.eth1.accept_dad=0 net.ipv6.conf.eth1.accept_ra=0
ip -n inner addr add "$(addr leg)/$host" dev eth1 "${nodad[@]}"
ip -n inner link set eth1 up
ns test sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.br1.rp_filter=0
ns test nft add rule $nft lab post "$nft saddr $(addr leg) oifname eth0 masquerade"
ctl test add-intercept 80 --addr "$(addr leg)"
copied "$(hostport leg 80)"
ctl online stop
ctl test del-intercept all --force
ghosts_none
