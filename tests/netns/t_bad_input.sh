#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Bad input to tcopyctl through the real kernel: each line of t_bad_input.table ends with the exit code and
# the message it says, with nothing on stdout ([] with -j), and changes nothing.
# kernel: 6.1
# families: 4
# timeout: 300
. "$TCOPY_TOP/tests/netns/lib.sh"

ROWS=0

# a row of its own: NAMESPACE REGEX ARGUMENT... is refused with exit code 1
refused() {
	local ns=$1 regex=$2 rc=0
	shift 2
	"$CTL" -n "$ns" "$@" >"$T/stdout" 2>"$T/stderr" || rc=$?
	[ $rc = 1 ] || fail "tcopyctl $*: exit code $rc: $(head -1 "$T/stderr")"
	head -1 "$T/stderr" | grep -Eq -- "$regex" || fail "tcopyctl $*: $(head -1 "$T/stderr")"
	[ ! -s "$T/stdout" ] || fail "tcopyctl $*: stdout: $(head -1 "$T/stdout")"
	ROWS=$((ROWS + 1))
}
is_empty() {	# NAMESPACE COMMAND...
	local ns=$1 out
	shift
	out=$("$CTL" -n "$ns" -j "$@")
	[ "$out" = '[]' ] || fail "tcopyctl -j $*: not [] but '$out'"
}
rows() {
	python3 "$TCOPY_TOP/tests/netns/t_bad_input.py" "$@" >"$T/rows" || { cat "$T/rows"; fail "$(head -1 "$T/rows")"; }
	ROWS=$((ROWS + $(sed -n 's/ rows, .*//p' "$T/rows")))
}

need_tcopy
lab_up
# the guest's root is its own: nothing of this survives it
printf '10.1.0.9 one.lab\n10.1.0.2 two.lab\n10.1.0.3 two.lab\n' >>/etc/hosts

rows none

nginx_up test
test_host_up --pass 10.9.0.0/16
online_host_up --name web
ctl online add-target "$(hostport test 80)" --from 81 --name admin >"$T/id"
[ "$(cat "$T/id")" = 2 ] || fail "the second target's ID is '$(cat "$T/id")'"
ctl online add-target "$(hostport test 8080)" --from "$(hostport online 82)" --name bare --source own --pace none --idle 5m --wait 7 --max-sessions 9
wait_for 15 "the relay" sh -c "'$CTL' -n test -j show-intercepts | tr -d ' ' | grep -q '\"relay\":true'"
ctl online -p -j show-targets >"$T/targets"
for want in '"pace": "none"' '"source": "own"' '"source": "client"' '"idle": 300' '"wait": 7' '"max_sessions": 9' '"from": "10.1.0.1:82"' '"name": "admin"'; do
	grep -qF "$want" "$T/targets" || fail "not shown: $want: $(cat "$T/targets")"
done
rows online test

# without the right to, and a port that other hosts talk to, and one's own SSH session
ns test python3 -m http.server 8081 >/dev/null 2>&1 &
LAB_PIDS+=($!)
ip netns exec client bash -c "until exec 3<>/dev/tcp/${IP4[test]}/8081; do sleep 0.2; done; echo up >$T/up; exec sleep 200" 2>/dev/null &
LAB_PIDS+=($!)
for c in show-targets 'add-target 10.1.0.9:80' 'del-target all' stop show 'set --memory 64M'; do
	rc=0
	# shellcheck disable=SC2086 # words
	ns online setpriv --reuid=1000 --regid=1000 --clear-groups "$CTL" $c >"$T/stdout" 2>"$T/stderr" || rc=$?
	{ [ $rc = 1 ] && grep -q 'not permitted.*CAP_NET_ADMIN' "$T/stderr"; } ||
		fail "tcopyctl $c without privilege: exit code $rc: $(cat "$T/stderr")"
	ROWS=$((ROWS + 1))
done
wait_for 20 "a client of port 8081" test -s "$T/up"
refused test 'port 8081 has 1 live connection from other hosts' add-intercept 8081
grep -q "${IP4[client]}:" "$T/stderr" || fail "the client is not listed: $(cat "$T/stderr")"
SSH_CONNECTION="10.1.0.10 50000 10.1.0.2 22" refused test 'port 22 carries your own SSH session' add-intercept 22
ctl online -p -j show-targets | grep -v '": [0-9]*,*$' >"$T/targets.after"
grep -v '": [0-9]*,*$' "$T/targets" | grep -v -e '"state"' -e '"reason"' >"$T/targets.before"
grep -v -e '"state"' -e '"reason"' "$T/targets.after" | cmp - "$T/targets.before" || fail "a refused command changed the targets"

# what is right is taken: a pass prefix and --force do what the refusal said
ctl test add-intercept 8081 --pass "${IP4[client]}/32" || fail "a client in a pass prefix is in the way"
ctl test del-intercept 8081 || fail "del-intercept 8081"
ctl test add-intercept 8081 --force || fail "add-intercept --force"
ctl test del-intercept 8081 --force || fail "del-intercept --force"
ctl test -p show-intercepts | grep -q '^8081' && fail "the intercept of 8081 is still there"

# what scripts rely on: "all" where there is nothing is done, and nothing is []
ctl online del-target all || fail "del-target all with three targets"
for c in 'del-target all' show-targets show-sessions show-stats reset-stats; do
	# shellcheck disable=SC2086 # words
	is_empty online $c
done
ctl online add-target one.lab:80 >"$T/id" || fail "a name with one address"
[ "$(cat "$T/id")" = 4 ] || fail "an ID was used again: $(cat "$T/id")"
ctl test del-intercept 80 || fail "del-intercept 80"
is_empty test show-intercepts
is_empty test del-intercept all
ctl online stop || fail "stop on the online host"
ctl test stop || fail "stop on the test host"
ctl test stop || fail "stop on the test host once more"

# the relay ends cleanly, and has said what it did
rc=0
kill -TERM "$RELAY_PID"
wait "$RELAY_PID" || rc=$?
[ $rc = 0 ] || fail "the relay ended with exit code $rc"
grep -q 'relay: hellos' "$T/relay.log" || fail "no counters at the relay's end: $(tail -3 "$T/relay.log")"

note "$ROWS command lines"
[ "$ROWS" -ge 40 ] || fail "only $ROWS command lines"
