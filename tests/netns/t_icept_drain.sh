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
# copies STATE...: the sockets of copies on the test host in it
copies() { ss -N test -tanH state "$@" "sport = :80 and not dst [$passed] and not dst [$(addr test)]"; }
none_but_others() { [ -z "$(copies connected exclude time-wait)" ]; }
requests() { [ "$(connections test 80 syn-recv)" -gt 0 ]; }
copied() { [ "$(copies established | wc -l)" -ge "$1" ]; }

# under load, the online host is told
hold told client "$(addr client)" "$(addr online)" 80 10
load_start 8 16
ctl test del-intercept 80 || fail "del-intercept"
none_but_others || fail "a copy's socket is left: $(copies all | head -3)"
state_is_not copying || fail "still copying to a port that is not intercepted"
load_end
note "drained: $(icept stats)"
others
held told "a client's connection suffered"

# the relay dies and the intercept leaves: nobody is told, so the online host has to find out before that,
# or clients on connections that go on get the test host's RSTs. Request sockets have nobody at all.
ctl test add-intercept 80 --pass "$passed"
wait_for 15 "state copying" state_is copying
aborted=$(icept_stat aborted)
hold untold client "$(addr client)" "$(addr online)" 80 20
wait_for 30 "20 copies" copied 20
steady_start 8 $((22 + 6 * SLOW)) 0.1 /s/untold-
ns desk /usr/bin/python3 "$ICEPT" flood desk "$spoof" "$(addr test)" 80 2 >"$T/flood" & flood=$!
wait_for 30 "request sockets" requests
relay_end KILL
begin=$SECONDS
ctl test del-intercept 80 || fail "del-intercept without a relay"
note "drained without a relay in $((SECONDS - begin)) s: $(icept stats)"
none_but_others || fail "a copy's socket is left: $(copies all | head -3)"
wait $flood || fail "no flood: $(cat "$T/flood")"
[ "$(icept_stat aborted)" -gt "$aborted" ] || fail "not counted: $(icept stats)"
state_is connecting || fail "state $(target_field state) without a relay"
steady_end
held untold "a client's connection suffered"
others

# --force does not wait, and aborts
relay_start
ctl test add-intercept 80 --pass "$passed"
wait_for 30 "state copying" state_is copying
hold forced client "$(addr client)" "$(addr online)" 80 10
aborted=$(icept_stat aborted)
wait_for 30 "10 copies" copied 10
relay_end KILL
ctl test del-intercept all --force || fail "del-intercept --force"
[ "$(icept_stat aborted)" -ge $((aborted + 10)) ] || fail "not counted: $(icept stats)"
none_but_others || fail "--force left a copy's socket: $(copies all | head -3)"
no_intercepts || fail "--force left an intercept"
others
# nobody has told the online host: what it copies now would be answered
ctl online stop
held forced "a client's connection suffered"
ghosts_none
timeout $((20 * SLOW)) rmmod tcopy_intercept || fail "rmmod tcopy_intercept"
