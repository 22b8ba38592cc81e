#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# IPVS: its director refuses a virtual service as --from, and what it balances goes on; a real server behind it
# (direct routing, the service's address on its loopback device) is copied like any other.
# when: all
# shellcheck disable=SC2046	# words
. "$TCOPY_TOP/tests/netns/lib.sh"
. "$TCOPY_TOP/tests/netns/wire.sh"

VIP=$(v 10.1.0.100 fd01::100) VHOST=$(v 10.1.0.100 '[fd01::100]')

need_tcopy
lab_up
modprobe -qa ip_vs ip_vs_rr || skip "this kernel has no IPVS"
# The service's address is the director's for everybody else
host_add director 3
ip -n director addr add "$VIP/$(v 24 64)" dev eth0 $(v '' nodad)
ns director sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
ns director ipvsadm -A -t "$VHOST:80" -s rr
ns director ipvsadm -a -t "$VHOST:80" -r "$(hostport online 80)" -g
ns online sysctl -qw net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2
ip -n online addr add "$VIP/$(v 32 128)" dev lo $(v '' nodad)

nginx_up online
nginx_up test
ghosts_start
tcopy_up
IP4[vip]=10.1.0.100 IP6[vip]=fd01::100
AT=vip get 1 200 8 /s/
AT=vip get 201 250 4 /s/ -H 'Connection: close'
AT=vip put 1048576 2 2 1m
same_logs 252
same_uploads 2
copies_done
no_end
sheet_exact

rc=0
ctl director add-target "$(hostport test 80)" --from "$VHOST:80" >"$T/out" 2>"$T/err" || rc=$?
[ $rc = 1 ] || fail "a virtual service as --from: exit code $rc, not 1: $(cat "$T/out" "$T/err")"
grep -q 'IPVS.*real servers' "$T/err" || fail "it does not say what to do: $(cat "$T/err")"
[ "$(ctl director -j show-targets | tr -d ' \n')" = '[]' ] || fail "a target is there"
# another port of the same address is none of IPVS
ctl director add-target "$(hostport test 81)" --from "$VHOST:81" >/dev/null || fail "a port that IPVS does not balance is refused"
ctl director del-target all
AT=vip get 301 320 4 /s/
same_logs 272
ghosts_none
