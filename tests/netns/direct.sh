# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# What the tests of --direct share, sourced behind lib.sh: does an answer, or an ICMP error about a copy, come past the
# place where the online host swallows them?

# watch_up HOST PORT: counts what comes from there to the online host and is in front of the raw table, conntrack, the
# routing decision and the stack. Needs no conntrack. A segment that is in fragments has a port in its first.
watch_up() {
	ns online nft -f - <<NFT || fail "nft of the watch"
table inet watch {
	counter passed { }
	chain seen {
		tcp sport $2 counter name passed
		icmp type { destination-unreachable, time-exceeded, parameter-problem } counter name passed
		icmpv6 type { destination-unreachable, packet-too-big, time-exceeded, parameter-problem } counter name passed
	}
	chain pre {
		type filter hook prerouting priority -350; policy accept;
		ip saddr ${IP4[$1]} goto seen
		ip6 saddr ${IP6[$1]} goto seen
	}
	chain out {
		type filter hook output priority -350; policy accept;
		oifname lo tcp sport $2 counter name passed
	}
}
NFT
}
passed() { ns online nft list counter inet watch passed | sed -n 's/.*packets \([0-9]*\) .*/\1/p'; }
watch_none() {
	[ "$(passed)" = 0 ] || fail "$(passed) answers or errors came past tcopy"
	note "no answer came past tcopy"
}
# rsts_start PORT: what the online host sends there; a probe is reset, copies that end well are not, by anybody
rsts_start() { capture_start rsts online "not src host $(addr client) and dst port $1 and (tcp[13] & 4 != 0 or (ip6[6] = 6 and ip6[53] & 4 != 0))" -s 128 -i any; }
rsts_none() {
	capture_end rsts
	tcpdump -nr "$T/rsts.pcap" 2>/dev/null >"$T/rsts.txt"
	[ ! -s "$T/rsts.txt" ] || fail "$(wc -l <"$T/rsts.txt") RSTs to the test service, first $(head -1 "$T/rsts.txt" | cut -c1-160)"
	note "nobody was reset"
}
conntrack_up() {
	ns online nft -f - <<NFT || fail "nft of conntrack"
table inet tracked {
	chain input { type filter hook input priority 0; policy accept; ct state invalid counter drop; }
	chain output { type filter hook output priority 0; policy accept; ct state invalid counter drop; }
}
NFT
}
tracked() { ns online sysctl -n net.netfilter.nf_conntrack_count; }
# the port of a copy that is connected; is there one?
copy_port() { ss -N test -tanH state established 'sport = :80' | awk '{ print $4 }' | sed 's/.*://' | head -1; }
a_copy() { [ -n "$(copy_port)" ]; }
