#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# --direct to a test host behind a router whose way on carries 1,280 bytes: over IPv6 the router says so, copies are cut to
# it, and nothing that it says comes past tcopy; over IPv4 it cuts them itself, since they leave without DF.
# when: all
# timeout: 200
. "$TCOPY_TOP/tests/netns/lib.sh"
. "$TCOPY_TOP/tests/netns/direct.sh"
. "$TCOPY_TOP/tests/netns/wire.sh"

# shellcheck disable=SC2034	# lib.sh uses them
ON=far TO=far
need_tcopy
lab_up
host_add hop 30
IP4[far]=10.3.0.2 IP6[far]=fd03::2
HOSTS+=(far)
ip netns add far
ip -n far link set lo up
ip link add eth0 netns far type veth peer name far netns hop
ns far sysctl -qw net.ipv6.conf.eth0.accept_dad=0
ns hop sysctl -qw net.ipv6.conf.far.accept_dad=0 net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
ip -n far link set eth0 mtu 1280 up
ip -n hop link set far mtu 1280 up
if [ "$FAMILY" = 4 ]; then
	ip -n far addr add 10.3.0.2/24 dev eth0 && ip -n hop addr add 10.3.0.1/24 dev far
else
	ip -n far addr add fd03::2/64 dev eth0 nodad && ip -n hop addr add fd03::1/64 dev far nodad
fi
# its SYN-ACKs do not tell
ip -n far route add default via "$(v 10.3.0.1 fd03::1)" advmss 1440
ip -n online route add "$(v 10.3.0.0/24 fd03::/64)" via "$(addr hop)"

nginx_up online
nginx_up far
watch_up far 80
ns online nft add rule inet watch pre "$(v ip ip6)" saddr "$(addr hop)" goto seen
ghosts_start
online_host_up --direct --name web
wait_for 15 "state copying (it is $(target_field state): $(target_field reason))" state_is copying
# segments, not what a device would cut into them later
segments_only online

get 1 50 8 /s/
get 1 4 2 /m/
put 1048576 6 3 1m
same_logs 60 60
same_uploads 6
met=$(ns hop nstat -asz | awk '$1 == "IpFragOKs" || $1 == "Icmp6OutPktTooBigs" { n += $2 } END { print n + 0 }')
note "$met packets were too big for the router"
[ "$met" -gt 0 ] || fail "no packet was too big for the router: this proves nothing"
watch_none
wait_for 60 "the copies to end" no_sessions
tell retransmits answer_errors
# shellcheck disable=SC2119
no_end
sheet_ok
ghosts_none
