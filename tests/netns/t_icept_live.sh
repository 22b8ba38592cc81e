#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# add-intercept where it would cut somebody off: refused with the list, unless forced or passed.
# when: all
. "$TCOPY_TOP/tests/netns/lib.sh"
. "$TCOPY_TOP/tests/netns/icept.sh"

lab_up
nginx_up test
icept_load
refused_live() {	# REGEX ARGUMENT...
	local regex=$1 rc=0
	shift
	ctl test add-intercept "$@" >"$T/out" 2>&1 || rc=$?
	[ $rc = 1 ] || fail "add-intercept $*: exit code $rc: $(cat "$T/out")"
	grep -Eq -- "$regex" "$T/out" || fail "add-intercept $*: $(cat "$T/out")"
	no_intercepts || fail "add-intercept $* was refused and is there"
}
accepted() {
	ctl test add-intercept "$@" >"$T/out" 2>&1 || fail "add-intercept $*: $(cat "$T/out")"
	ctl test del-intercept all --force
}

# this host's own connections are nobody's that would be cut off
hold here test "$(addr test)" "$(addr test)" 80 1
accepted 80
hold other client "$(addr client)" "$(addr test)" 80 3
refused_live 'port 80 has 3 live connections from other hosts' 80
[ "$(grep -cF "  $(hostport client '')" "$T/out")" = 3 ] || fail "not listed: $(cat "$T/out")"
refused_live '3 live connections' 80 --pass 192.0.2.0/24
refused_live '3 live connections' 80 --addr "$(addr test)"
held other "a refused add-intercept touched a connection"
# of another port, of another address, of clients that are passed, or meant
accepted 81
accepted 80 --addr "$(addr online)"
accepted 80 --pass "$(addr client)"
held other "--pass cut a connection off"
ctl test add-intercept 80 --force || fail "--force was refused"
# cut off, and aborted with the intercept
ctl test del-intercept all --force
wait_for 5 "the connections of other hosts to be aborted" connections_are test 80 1
[ "$(icept_stat aborted)" = 3 ] || fail "$(icept stats)"

# the caller's own SSH session, though none is connected
export SSH_CONNECTION="192.0.2.9 50022 $(addr test) 22"
refused_live 'port 22 carries your own SSH session' 22
refused_live 'port 22 carries your own SSH session' 22 --addr "$(addr test)"
accepted 22 --addr "$(addr online)"
accepted 22 --force
accepted 2222
unset SSH_CONNECTION
accepted 22
