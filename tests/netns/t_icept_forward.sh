#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Packets that a test host forwards, as router or as bridge (br_netfilter shows bridged ones without
# their device), come from an intercepted port and are not its own answers.
. "$TCOPY_TOP/tests/netns/lib.sh"
. "$TCOPY_TOP/tests/netns/icept.sh"

lab_up
icept_load
icept add 80

# a namespace behind the test host, as a container is, and the online host behind it as a router
if [ "$FAMILY" = 4 ]; then in=10.2.0.2 gw=10.2.0.1 net=10.2.0.0/24; else in=fd02::2 gw=fd02::1 net=fd02::/64; fi
ip netns add inner
# shellcheck disable=SC2317	# lab_down calls it
end() { ip netns del inner; }
eval "$(declare -f lab_down | sed '1s/lab_down/lab_down_2/')"
lab_down() { end; lab_down_2; }
ip -n inner link set lo up
ip link add eth0 netns inner type veth peer name inner netns test
nodad=()
[ "$FAMILY" = 4 ] || nodad=(nodad)
len=$([ "$FAMILY" = 4 ] && echo 24 || echo 64)
ip -n inner addr add "$in/$len" dev eth0 "${nodad[@]}"
ip -n inner link set eth0 up
ip -n test addr add "$gw/$len" dev inner "${nodad[@]}"
ip -n test link set inner up
ip -n inner -"$FAMILY" route add default via $gw
ip -n client -"$FAMILY" route add $net via "$(addr test)"
ns test sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1

mkdir -p "$T/www"
echo hello >"$T/www/hello"
serve() {	# NAMESPACE: python is slow to start, and enough
	ns "$1" /usr/bin/python3 -m http.server -b "$2" -d "$T/www" 80 >/dev/null 2>&1 &
	LAB_PIDS+=($!)
}
url() { if [ "$FAMILY" = 4 ]; then echo "http://$1/hello"; else echo "http://[$1]/hello"; fi; }
serve inner $in
wait_for 20 "a forwarded answer" ns client curl -s -m 2 "$(url $in)"
stat_is stolen 0 || fail "forwarded: $(icept stats)"

# the test host as a bridge between the two
modprobe br_netfilter || skip "no br_netfilter"
ns test sysctl -qw net.bridge.bridge-nf-call-iptables=1 net.bridge.bridge-nf-call-ip6tables=1
ip netns add side
end() { ip netns del inner; ip netns del side; rmmod br_netfilter; }
ip link add eth0 netns side type veth peer name side netns test
ip -n test link add br1 type bridge mcast_snooping 0
ip -n test addr flush dev inner
ip -n test link set inner master br1
ip -n test link set side master br1
ip -n test link set side up
ip -n test link set br1 up
if [ "$FAMILY" = 4 ]; then ip -n side addr add 10.2.0.3/24 dev eth0; else ip -n side addr add fd02::3/64 dev eth0 nodad; fi
ip -n side link set eth0 up
wait_for 20 "a bridged answer" ns side curl -s -m 2 "$(url $in)"
stat_is stolen 0 || fail "bridged: $(icept stats)"

# and its own answers through that bridge are stolen still
ip -n test addr add "$gw/$len" dev br1 "${nodad[@]}"
serve test $gw
wait_for 20 "the server" ns test curl -s -m 2 "$(url $gw)"
ns side curl -s -m 2 "$(url $gw)" && fail "an answer through the bridge was not stolen"
stat_above stolen 0 || fail "$(icept stats)"
