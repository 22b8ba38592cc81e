#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# --hook forward on the host of containers: DNAT from a port of the host to the service's, conntrack on, what goes
# out masqueraded. Copied to another host, and to a container behind the same bridge.
# when: all
# timeout: 400
. "$TCOPY_TOP/tests/netns/lib.sh"
. "$TCOPY_TOP/tests/netns/forward.sh"

need_tcopy
lab_up
gateway_up
behind test2 3
ns online nft -f - <<NFT || skip "no NAT"
table inet nat {
	chain pre { type nat hook prerouting priority -100;
		fib daddr type local tcp dport 80 dnat $(v "ip to 10.2.0.2:8080" "ip6 to [fd02::2]:8080"); }
	chain post { type nat hook postrouting priority 100;
		$(v "ip saddr 10.2.0.0/24 ip daddr != 10.2.0.0/24" "ip6 saddr fd02::/64 ip6 daddr != fd02::/64") masquerade; }
}
table inet fw {
	chain forward { type filter hook forward priority 0; policy drop;
		ct state established,related accept
		ct status dnat accept; }
}
NFT
NGINX_PORTS='80 8080' nginx_up inner
nginx_up test
nginx_up test2
ghosts_start
test_host_up
ON=test2 test_host_up
online_host_up --from "$(hostport inner 8080)" --hook forward --name far
ON=test2 online_host_up --from "$(hostport inner 8080)" --hook forward --name near
for t in far near; do
	TARGET=$t wait_for 15 "state copying of $t" state_is copying
done
n=$((100 / SLOW))
get 1 $n 1 /s/
get $((n + 1)) $((3 * n)) 16 /s/
get $((3 * n + 1)) $((5 * n)) 16 /s/ -H 'Connection: close'
get 1 5 2 /m/
put 1048576 4 2 1m
put 20971520 2 2 20m
for t in test test2; do
	TO=$t same_logs $((5 * n + 11)) 120
	TO=$t same_uploads 6
done
wait_for 60 "the copies to end" no_sessions
sheet_ok
[ "$(stat opened)" = "$(stat closed)" ] || fail "of $(stat opened) copies $(stat closed) ended as their connections did"
flows online online 80 >/dev/null || fail "production's connections are not in conntrack"
! flows online test 80 || fail "a copy is in conntrack"
ghosts_none
