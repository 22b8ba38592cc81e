#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Two services to one target host, two targets for one service, two services into one: each copy is
# whole. A target that is dead (its link, then its service) delays no other.
# when: all
# timeout: 500
. "$TCOPY_TOP/tests/netns/lib.sh"

need_tcopy
lab_up
host_add test2 4
for n in online test; do NGINX_PORTS="80 81" nginx_up $n; done
nginx_up test2
ghosts_start
test_host_up
ctl test add-intercept 81
ON=test2 test_host_up
online_host_up --name one
PORT=81 online_host_up --name other
ON=test2 online_host_up --name two
ctl online add-target "$(hostport test2 80)" --from 81 --name mixed || fail "add-target --from 81"
targets="one other two mixed"
for TARGET in $targets; do wait_for 15 "$TARGET to be copied" state_is copying; done
unset TARGET

# Connections to both ports that go to one target must differ in the client's address or port.
two_clients
get 1 400 16 /s/ "${A[@]}" & a=$!
PORT=81 get 401 800 16 /s/ "${B[@]}"
wait $a
get 801 900 8 /s/ "${A[@]}" -H 'Connection: close'
put 1048576 2 2 1m
PORT=81 get 1 4 2 /m/ "${B[@]}"
for n in test test2; do
	TO=$n same_logs 906
	TO=$n same_uploads 2
done
sheet_ok
[ "$(TARGET=two stat copied)" -gt 0 ] && [ "$(TARGET=other stat copied)" -gt 0 ] || fail "a target counts nothing"

# what the living one has while the dead one is dead
alive() {	# WHAT
	load_end
	same_logs "$(log_lines online)"
	note "$1: test2 has $(log_lines test2) of $(log_lines online) requests, test all; held back $(TARGET=one stat pace_timeout) times"
}
logs_clear online test test2
load_start 10 16 /s/dead- "${A[@]}"
ip -n net link set test2 down
TARGET=two wait_for 15 "copying to the dead one to pause" state_is_not copying
TARGET=one state_is copying || fail "the living one is not copied: $(TARGET=one target_field reason)"
alive "link down"
ip -n net link set test2 up
TARGET=two wait_for 30 "copying to resume" state_is copying

logs_clear online test test2
stop=$(pgrep -P "$(cat "$T/test2/nginx.pid")")
kill -STOP "$stop"
load_start 8 16 /s/stopped- "${A[@]}"
alive "service stopped"
n=$(ONLY='^/s/stopped-' log_lines test2)
[ "$n" = 0 ] || fail "the stopped service logged $n requests"
kill -CONT "$stop"

# and the dead one is copied to again, once it lives: what waited for it has come or is reset
TARGET=two wait_for 120 "the old copies to end" no_sessions
logs_clear online test test2
get 1 200 8 /s/ "${A[@]}"
for n in test test2; do TO=$n same_logs 200; done
sheet_ok

# one among many, more than have ports of their own to copy from
ctl online del-target all >/dev/null || fail "del-target"
for ((i = 1; i <= 40; i++)); do ctl online add-target "$(hostport test $((8100 + i)))" --name "m$i" >/dev/null || fail "add-target m$i"; done
ctl online add-target "$(hostport test 80)" --name own --source own >/dev/null || fail "add-target --source own"
TARGET=own wait_for 15 "one of many to be copied" state_is copying
TARGET=m1 wait_for 15 "a service that nobody intercepts to be refused" state_is refused
logs_clear online test
get 1 100 8 /s/ "${A[@]}"
same_logs 100
[ "$(cut -d' ' -f4 "$T/test/access.log" | sort -u)" = "$(addr online)" ] || fail "copies came from $(cut -d' ' -f4 "$T/test/access.log" | sort -u | tr '\n' ' ')"
ghosts_none
