# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# For tests of --hook forward; sourced behind lib.sh. The online host is a gateway: the production service runs
# in a namespace behind it, and the way of the copies to the test host is another.
#
#   client --+-- br0 in "net" --+-- online 10.2.0.1 fd02::1 --- inner 10.2.0.2 fd02::2
#   test   --+                                       br1 in "online"

# shellcheck disable=SC2034	# lib.sh and the tests use it
FROM=inner			# whose log is that of production
v() { if [ "$FAMILY" = 4 ]; then echo "$1"; else echo "$2"; fi; }	# for IPv4, for IPv6

# behind NAME N: a host behind the online host: 10.2.0.N and fd02::N
behind() {
	local n=$1 nodad=()
	[ "$FAMILY" = 4 ] || nodad=(nodad)
	IP4[$n]=10.2.0.$2 IP6[$n]=fd02::$2 MAC[$n]=$(printf '02:00:00:00:02:%02x' "0x$2")
	HOSTS+=("$n")
	ip netns add "$n"
	ip -n "$n" link set lo up
	ip link add eth0 netns "$n" address "${MAC[$n]}" type veth peer name "$n" netns online
	ip -n online link set "$n" master br1 up
	ns "$n" sysctl -qw net.ipv6.conf.eth0.accept_dad=0 net.ipv6.conf.eth0.accept_ra=0 \
		net.ipv4.tcp_max_syn_backlog=4096 net.core.somaxconn=4096
	ip -n "$n" addr add "$(addr "$n")/$(v 24 64)" dev eth0 "${nodad[@]}"
	ip -n "$n" link set eth0 up
	ip -n "$n" -"$FAMILY" route add default via "$(v 10.2.0.1 fd02::1)"
}

# gateway_up: behind lab_up
gateway_up() {
	local nodad=()
	[ "$FAMILY" = 4 ] || nodad=(nodad)
	ip -n online link add br1 type bridge mcast_snooping 0
	ns online sysctl -qw net.ipv6.conf.br1.accept_dad=0 net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	ip -n online addr add "$(v 10.2.0.1/24 fd02::1/64)" dev br1 "${nodad[@]}"
	ip -n online link set br1 up
	behind inner 2
	ip -n client -"$FAMILY" route add "$(v 10.2.0.0/24 fd02::/64)" via "$(addr online)"
}

# forward_up [ADD-TARGET OPTION...]: all of it, and wait until copying
forward_up() {
	need_tcopy
	lab_up
	gateway_up
	nginx_up inner
	nginx_up test
	ghosts_start
	tcopy_up --from "$(hostport inner 80)" --hook forward "$@"
}
closed() { [ "$(stat closed)" -ge "$1" ]; }
