#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# del-intercept under load and with copies that nobody resets: no ghost, no socket of a copy left on the
# test host, and every other connection there as before.
# timeout: 240
# when: all
. "$TCOPY_TOP/tests/netns/lib.sh"
. "$TCOPY_TOP/tests/netns/icept.sh"

need_tcopy
lab_up
nginx_up online
nginx_up test
IP4+=([desk]=10.1.0.77) IP6+=([desk]=fd01::77)
more desk
passed=$(addr desk) spoof=$([ "$FAMILY" = 4 ] && echo 10.1.0.78 || echo fd01::78)
nodad=()
[ "$FAMILY" = 4 ] || nodad=(nodad)
ip -n desk addr add "$spoof" dev eth0 "${nodad[@]}"
ghosts_start
test_host_up --pass "$passed"
ctl test add-intercept 81
online_host_up
wait_for 15 "state copying" state_is copying

# whose connections are none of a copy's: a passed client, this host itself, one that this host opened
hold passed desk "$passed" "$(addr test)" 80 2
hold here test "$(addr test)" "$(addr test)" 80 2
hold own test "$(addr test)" "$(addr online)" 80 1 81
others() { for h in passed here own; do held $h "a connection was aborted that is no copy's"; done; }
none_but_others() { [ "$(ss -N test -tanH state connected exclude time-wait 'sport = :80' | grep -cv "$passed\|$(addr test).*$(addr test)")" = 0 ]; }

# under load, the online host is told
hold told client "$(addr client)" "$(addr online)" 80 10
load_start 8 16
ctl test del-intercept 80 || fail "del-intercept"
none_but_others || fail "a copy's socket is left: $(ss -N test -tanH 'sport = :80' | head -3)"
state_is_not copying || fail "still copying to a port that is not intercepted"
load_end
note "drained: $(icept stats)"
others
held told "a client's connection suffered"

# the relay is dead, so nobody is told, and the copies of idle connections stay until they are aborted;
# request sockets too
ctl test add-intercept 80 --pass "$passed"
wait_for 15 "state copying" state_is copying
aborted=$(icept_stat aborted)
hold untold client "$(addr client)" "$(addr online)" 80 20
copied() { [ "$(ss -N test -tanH state established 'sport = :80' | grep -cv "$passed\|$(addr test).*$(addr test)")" -ge 20 ]; }
wait_for 10 "20 copies" copied
relay_end KILL
wait_for 15 "copying to pause" state_is_not copying
copied || fail "the copies went with the relay"
ns desk /usr/bin/python3 "$ICEPT" flood desk "$spoof" "$(addr test)" 80 1 >"$T/flood"
[ "$(connections test 80 syn-recv)" -gt 0 ] || fail "no request sockets"
begin=$SECONDS
ctl test del-intercept 80 || fail "del-intercept without a relay"
note "drained without a relay in $((SECONDS - begin)) s: $(icept stats)"
none_but_others || fail "a copy's socket is left: $(ss -N test -tanH 'sport = :80' | head -3)"
[ "$(icept_stat aborted)" -ge $((aborted + 20)) ] || fail "not counted: $(icept stats)"
others

# --force does not wait, and aborts
relay_start
ctl test add-intercept 80 --pass "$passed"
wait_for 30 "state copying" state_is copying
hold forced client "$(addr client)" "$(addr online)" 80 10
copied_10() { [ "$(ss -N test -tanH state established 'sport = :80' | grep -cv "$passed\|$(addr test).*$(addr test)")" -ge 10 ]; }
wait_for 10 "10 copies" copied_10
relay_end KILL
wait_for 15 "copying to pause" state_is_not copying
ctl test del-intercept all --force || fail "del-intercept --force"
none_but_others || fail "--force left a copy's socket: $(ss -N test -tanH 'sport = :80' | head -3)"
no_intercepts || fail "--force left an intercept"
others
# nobody has told the online host: what it copies now would be answered
ctl online stop
held forced "a client's connection suffered"
ghosts_none
timeout $((20 * SLOW)) rmmod tcopy_intercept || fail "rmmod tcopy_intercept"
