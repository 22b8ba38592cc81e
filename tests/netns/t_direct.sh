#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# --direct: a test host with nothing of ours on it. Answers come to the online host and are swallowed there, with and
# without conntrack: its stack sees none and resets nobody, no client gets one. del-target and rmmod under load leave no
# connection on the test server.
# when: all
# timeout: 200
. "$TCOPY_TOP/tests/netns/lib.sh"
. "$TCOPY_TOP/tests/netns/direct.sh"

requests() {	# all kinds, 80 + 4 + 2 uploads
	get 1 20 1 "/s/$1-"
	get 21 50 8 "/s/$1-"
	get 51 80 8 "/s/$1-" -H 'Connection: close'
	get 1 4 2 "/m/$1-"
	put 1048576 2 2 "$1"
}
load_and() {	# COMMAND...: in the middle of a load, of connections that stay and others
	load_start 3 8 /s/ -H 'Connection: close'
	steady_start 8 $((4 * SLOW)) 0.05 /s/stays-
	sleep 1
	"$@" || fail "$*"
	load_end
	steady_end
	wait_for 10 "the test server's connections to be reset by $*" no_connections test
}

logged() { [ "$(log_lines test)" = "$1" ]; }

need_tcopy
lab_up
nginx_up online
nginx_up test
watch_up test 80
ghosts_start
capture_start syns test 'tcp dst port 80 and (tcp[13] = 2 or (ip6[6] = 6 and ip6[53] = 2))' -s 128
online_host_up --direct --name web
wait_for 15 "state copying (it is $(target_field state): $(target_field reason))" state_is copying
rsts_start 80
ctl online -j show-targets | tr -d ' ' | grep -q '"direct":true' || fail "show-targets: $(ctl online -j show-targets)"
ctl online -p show-targets | grep -q '^ *direct: answers come to this host' || fail "show-targets does not tell: $(ctl online -p show-targets)"

! ctl online set-target web --source client 2>"$T/err" || fail "set-target --source client was not refused"
grep -q 'only --source own goes with it' "$T/err" || fail "set-target --source client: $(cat "$T/err")"
requests plain
same_logs 86
same_uploads 2
[ "$(cut -d' ' -f4 "$T/test/access.log" | sort -u)" = "$(addr online)" ] || fail "another source than the online host's"

conntrack_up
requests tracked
same_logs 172
same_uploads 4
[ "$(tracked)" -gt 0 ] || fail "conntrack does not run"

# the window is not scaled: 64 KB of an answer are on their way at most
get 1 1 1 /l/
same_logs 173 60
wait_for 60 "the copies to end" no_sessions
sheet_ok
[ "$(stat answer_bytes)" -ge 10485760 ] || fail "answer_bytes is $(stat answer_bytes)"
[ "$(stat answers_lost)" = 0 ] || fail "answers_lost is $(stat answers_lost)"
[ "$(stat closed)" = "$(stat opened)" ] || fail "of $(stat opened) copies $(stat closed) ended as their connections did"
capture_end syns
tcpdump -nr "$T/syns.pcap" 2>/dev/null >"$T/syns"
[ "$(wc -l <"$T/syns")" -ge 60 ] || fail "only $(wc -l <"$T/syns") SYNs"
! grep 'wscale [1-9]' "$T/syns" | head -1 | grep . || fail "a SYN whose window is scaled"
rsts_none

# several copies of each
ctl online set-target web --copies 3 || fail "set-target"
logs_clear online test
get 1 20 4 /s/three-
wait_for 30 "60 requests ($(log_lines test) are)" logged 60
wait_for 60 "the copies to end" no_sessions
sheet_ok
ctl online set-target web --copies 1 || fail "set-target"

load_and ctl online del-target all
online_host_up --direct
wait_for 15 "state copying" state_is copying
watch_none
load_and rmmod tcopy
ghosts_none
