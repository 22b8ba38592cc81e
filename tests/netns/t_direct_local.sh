#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A test service on the online host itself, at one of its addresses and at loopback's: --direct by itself, with and
# without conntrack. Its answers are swallowed, its other clients are served, a copy is not copied again, and a service
# that listens at all addresses is not copied to itself.
# when: all
# timeout: 200
. "$TCOPY_TOP/tests/netns/lib.sh"
. "$TCOPY_TOP/tests/netns/direct.sh"

at_rest() { [ -z "$(ss -N online -tanH state connected exclude time-wait 'sport = :81')" ]; }
requests() {	# NAME: 60 + 4 + 2 uploads
	get 1 40 8 "/s/$1-"
	get 41 60 8 "/s/$1-" -H 'Connection: close'
	get 1 4 2 "/m/$1-"
	put 1048576 2 2 "$1"
}
copies() {	# NAME ADDRESS: all of the above, to there
	ctl online add-target "$2" --from 80 --name "$1" || fail "add-target $2"
	TARGET=$1 wait_for 15 "state copying of $1" state_is copying
	rsts_start 81
	requests "$1"
	# shellcheck disable=SC2031	# "local" has no subshell
	round=$((round + 1))
	TO=local same_logs $((66 * round)) 30
	TO=local same_uploads $((2 * round))
	wait_for 60 "the copies to end" no_sessions
	sheet_ok
	rsts_none
	[ "$(stat closed)" = "$(stat opened)" ] || fail "of $(stat opened) copies $(stat closed) ended as their connections did"
	[ "$(stat answers_lost)" = 0 ] || fail "answers_lost is $(stat answers_lost)"
	[ "$(passed)" = 0 ] || fail "$(passed) answers came past tcopy"
}

need_tcopy
lab_up
nginx_up online
# another name of the same namespace
ip netns attach local "$(ip netns pids online | head -1)"
IP4[local]=${IP4[online]} IP6[local]=${IP6[online]}
NGINX_PORTS=81 nginx_up local
nginx_up test
watch_up online 81
ghosts_start
round=0
insmod "$KMOD/tcopy.ko" || fail "insmod tcopy.ko"
ctl online set --cpu 100
lo=127.0.0.1
[ "$FAMILY" = 4 ] || lo=::1

# production listens at all addresses, and gets no request twice
at_lo() { if [ "$FAMILY" = 4 ]; then echo "$lo:$1"; else echo "[$lo]:$1"; fi; }
! ctl online add-target "$(hostport online 80)" --from "$(at_lo 80)" 2>"$T/err" || fail "production was made its own target"
grep -q 'one service listens at both addresses' "$T/err" || fail "$(cat "$T/err")"
[ "$(ctl online -j show-targets | tr -d ' \n')" = '[]' ] || fail "a target that was refused is there"
# one that begins to later
serve() { ip netns exec online python3 -m http.server 83 --bind "$1" >"$T/serve" 2>&1 & served=$!; LAB_PIDS+=($served); }
ctl online add-target "$(at_lo 83)" --from "$(hostport online 83)" --name later || fail "add-target"
serve "$lo"
TARGET=later wait_for 30 "a service of its own to be copied" state_is copying
kill $served; wait $served 2>/dev/null || true
serve "$([ "$FAMILY" = 4 ] && echo 0.0.0.0 || echo ::)"
says_itself() { [[ $(target_field reason) == *'one service listens on port 83'* ]]; }
TARGET=later wait_for 30 "the target to be refused" says_itself
TARGET=later state_is refused || fail "the target is $(target_field state)"
kill $served; wait $served 2>/dev/null || true
ctl online del-target all

copies web "$(hostport online 81)"
ctl online -j show-targets | tr -d ' ' | grep -q '"direct":true' || fail "show-targets: $(ctl online -j show-targets)"
conntrack_up
ctl online del-target all
copies tracked "$(hostport online 81)"
ctl online del-target all
copies loop "$(at_lo 81)"

# its own clients, here and elsewhere
for a in "$(hostport online 81)" "$([ "$FAMILY" = 4 ] || echo '[')$lo$([ "$FAMILY" = 4 ] || echo ']'):81"; do
	ns online curl -sS -m 10 -o /dev/null "http://$a/s/own-1" || fail "the online host cannot reach $a"
done
ns client curl -sS -m 10 -o /dev/null "http://$(hostport online 81)/s/own-2" || fail "a client cannot reach the test service"
# a client on this host
before=$(log_lines local)
ns online curl -sS -m 10 -o /dev/null "http://$(hostport online 80)/s/here-1" || fail "the online host cannot reach its service"
wait_for 20 "the copy of a client on this host" grep -q '^/s/here-1 200' "$T/local/access.log"

# The test service is an online service as well: its clients are copied, copies are not.
online_host_up --direct --from 81 --name next
TARGET=next wait_for 15 "state copying" state_is copying
logs_clear online local test
get 1 50 4 /s/circle-
PORT=81 get 1 20 4 /s/next-
FROM=online TO=local ONLY=circle same_logs 50
FROM=local TO=test ONLY=next same_logs 20
[ "$(log_lines test)" = 20 ] || fail "$(log_lines test) requests at the end of the chain, not 20: copies are copied again"
wait_for 60 "the copies to end" no_sessions
sheet_ok

load_start 4 8
sleep 1
ctl online del-target all || fail "del-target"
load_end
wait_for 10 "the test service's connections to be reset" at_rest
ip netns del local
ghosts_none
