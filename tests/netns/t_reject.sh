#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# While copying, a firewall on the test host begins to reject copies, by resets and by ICMP errors, and
# its service stops: no client notices, no error reaches one, the target says why and resumes by itself.
# timeout: 300
# when: all
. "$TCOPY_TOP/tests/netns/lib.sh"

lab_copying
ns test nft add table inet t
ns test nft add chain inet t in '{ type filter hook input priority 0; }'
# pauses HOW STATE WORD: under load, and resumes after `mend`
pauses() {
	load_start $((8 * SLOW)) 8 /s/ -H 'Connection: close'
	sleep 0.5
	"${@:3}" || fail "${*:3}"
	wait_for 10 "state $1 after ${*:3}" state_is "$1"
	note "${*:3}: $1: $(target_field reason)"
	[[ $(target_field reason) == *"$2"* ]] || fail "the reason after ${*:3} is '$(target_field reason)', without '$2'"
	load_end
}
no_copies() { [ "$(stat sessions)" = 0 ]; }
resumes() {
	wait_for 30 "copying to resume" state_is copying
	# those that were silent go on as well
	wait_for 60 "the copies to end" no_copies
	wait_for 60 "the test server's old connections to end" no_connections test
	sheet_ok
	logs_clear online test
	get 1 100 8 /s/ -H 'Connection: close'
	same_logs 100
}

pauses refused 'nothing listens' ns test nft add rule inet t in tcp dport 80 reject with tcp reset
[ "$(stat end_refused)" -ge 5 ] || fail "$(stat end_refused) copies were refused"
ns test nft flush chain inet t in
resumes
for with in port-unreachable admin-prohibited; do
	pauses paused 'not answered' ns test nft add rule inet t in tcp dport 80 reject with icmpx type $with
	ns test nft flush chain inet t in
	resumes
done
# What a network that drops foreign sources looks like: the probe, of this host's own address, is answered.
load_start $((20 * SLOW)) 8 /s/ -H 'Connection: close'
if [ "$FAMILY" = 4 ]; then saddr="ip saddr"; else saddr="ip6 saddr"; fi
ns test nft add rule inet t in tcp dport 80 $saddr "$(addr client)" drop
says_rp_filter() { [[ $(target_field reason) == *rp_filter* ]]; }
wait_for 15 "a reason that names foreign sources" says_rp_filter
note "foreign sources dropped: $(target_field state): $(target_field reason)"
ns test nft flush chain inet t in
load_end
resumes
pauses refused 'nothing listens' ns test nginx -c "$T/test/nginx.conf" -s stop -e "$T/test/error.log"
nginx_up_again() { ns test nginx -c "$T/test/nginx.conf" -e "$T/test/error.log"; }
wait_for 20 "nginx to start again" nginx_up_again
resumes
ghosts_none
