#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# show-sessions: of two clients' lasting connections, to two targets, its filters show those that they say.
# timeout: 240
# kernel: 6.1
. "$TCOPY_TOP/tests/netns/lib.sh"

# holds CLIENT PORT N: connections that last
holds() {
	mkfifo "$T/hold.$2.$1"
	ip netns exec client /usr/bin/python3 "$TOP/tests/netns/hold.py" "$1" "$(addr online)" "$2" "$3" <>"$T/hold.$2.$1" >"$T/held.$2.$1" 2>&1 &
	LAB_PIDS+=($!)
	wait_for 20 "connections of $1" grep -q held "$T/held.$2.$1"
}
shown() { ctl online -j show-sessions "$@" | python3 -c 'import json, sys; print(len(json.load(sys.stdin)))'; }
is() { local n; n=$(shown "${@:2}"); [ "$n" = "$1" ] || fail "show-sessions ${*:2} shows $n, not $1: $(ctl online show-sessions "${@:2}")"; }
all_open() { [ "$(shown --state open)" = 9 ]; }
some_held() { [ "$(shown --held)" -ge 1 ]; }

NGINX_PORTS="80 81"
need_tcopy
lab_up
nginx_up online
nginx_up test
ghosts_start
two_clients
test_host_up
ctl test add-intercept 81 || fail "add-intercept 81"
online_host_up --name web
ctl online add-target "$(hostport test 81)" --from 81 --name other >/dev/null || fail "add-target"
TARGET=web wait_for 15 "state copying" state_is copying
TARGET=other wait_for 15 "state copying" state_is copying
one=${A[1]} two=${B[1]} len=$([ "$FAMILY" = 4 ] && echo 32 || echo 128)
holds "$one" 80 3
holds "$two" 80 2
holds "$one" 81 4
wait_for 20 "9 open sessions" all_open
is 9
is 5 --target web
is 7 --client "$one/$len"
is 2 --client "$two/$len"
is 9 --client "$one/$len" --client "$two/$len"
is 4 --target other --client "$one/$len"
is 0 --target other --client "$two/$len"
is 0 --state opening
is 0 --held
[ "$(ctl online -j show-sessions --state ended | tr -d '\n')" = '[]' ] || fail "nothing is not []"
# what the test service does not take is held
kill -STOP $(pgrep -P "$(cat "$T/test/nginx.pid")")
ns client curl -sS -m 60 "${A[@]}" -o /dev/null -T <(head -c 2000000 /dev/zero) "http://$(hostport online 80)/up/1" || fail "an upload failed"
wait_for 20 "something that is held" some_held
is 0 --held --client "$two/$len"
kill -CONT $(pgrep -P "$(cat "$T/test/nginx.pid")")
ghosts_none
