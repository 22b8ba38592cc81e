#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# monitor: each change of a state is a line on both hosts, as text and as JSON; traffic is none; no client is named.
# kernel: 6.1
# timeout: 400
. "$TCOPY_TOP/tests/netns/lib.sh"

# listen NAME NAMESPACE [OPTION...]: a monitor whose lines are in $T/NAME.events
listen() {
	local name=$1 n=$2
	shift 2
	ip netns exec "$n" "$CTL" "$@" monitor >"$T/$name.events" 2>"$T/$name.err" &
	PIDS[$name]=$!
	LAB_PIDS+=($!)
}
# seen NAME FROM REGEX: behind the first FROM lines
seen() { tail -n +$(($2 + 1)) "$T/$1.events" | grep -E -- "$3" >/dev/null; }
lines() { wc -l <"$T/$1.events"; }
# events NAME REGEX...: come in any order, behind where the mark is; the mark moves behind the last of them
declare -A MARK PIDS
events() {
	local name=$1 from=${MARK[$1]:-0} to=0 n re
	shift
	for re; do
		wait_for 20 "an event /$re/ of $name (behind line $from)" seen "$name" "$from" "$re"
		n=$(tail -n +$((from + 1)) "$T/$name.events" | grep -En -- "$re" | sed -n '1s/:.*//p')
		[ "$n" -le "$to" ] || to=$n
	done
	MARK[$name]=$((from + to))
}
event() { events "$1" "$2"; }

need_tcopy
lab_up
nginx_up online
nginx_up test
ghosts_start
listen online online -j
listen test test -j
listen text online
for n in online test; do wait_for 10 "monitor without a module" grep -q 'waiting for one' "$T/$n.err"; done

test_host_up
online_host_up --name web
event online '"module":"tcopy","event":"module-loaded"'
event online '"event":"target-added","target":1,"name":"web"'
event online '"event":"relay-up","at":"'"$(hostport test 36524 | sed 's/[][]/\\&/g')"'"'
event online '"event":"state","target":1,"name":"web","state":"copying","reason":""'
event test '"module":"tcopy_intercept","event":"module-loaded"'
events test '"event":"relay-bound"' '"event":"intercept-added","at":"\*:80"'
event text 'target 1 web: copying'

# traffic is no event; that a datagram of headers was overtaken by the next one, on two CPUs, is
wait_for 10 "state copying" state_is copying
before=$(lines online) before_test=$(lines test)
get 1 200 8 /s/ -H 'Connection: close'
get 1 200 8 /s/again-
sleep 2
made() { tail -n +$((before + 1)) "$T/online.events" | sed '/"counter":"headers_lost"/d'; tail -n +$((before_test + 1)) "$T/test.events"; }
[ -z "$(made)" ] || fail "traffic made events: $(made)"

# a limit: once when it begins, once when it rests, whatever is counted between
ctl online set-target web --max-sessions 1 || fail "set-target"
for i in 1 2 3; do get 1 30 8 "/s/limit$i-" -H 'Connection: close'; sleep 1; done
event online '"event":"counts","target":1,"name":"web","counter":"session_limit","value":[1-9]'
event online '"event":"rests","target":1,"name":"web","counter":"session_limit","value":[1-9]'
[ "$(grep -c '"event":"counts".*session_limit' "$T/online.events")" = 1 ] || fail "$(grep -c '"event":"counts".*session_limit' "$T/online.events") events of one limit"
event text 'target 1 web: counts: session_limit [0-9]+, --max-sessions was reached'
ctl online set-target web --max-sessions 1000 || fail "set-target"

# pause and resume; the relay's end; the intercept's; the test service's
ctl online pause-target web || fail "pause-target"
event online '"state":"paused","reason":"[^"]*pause-target'
ctl online resume-target web || fail "resume-target"
event online '"state":"copying"'
relay_end KILL
event test '"event":"relay-gone"'
events online '"event":"relay-down"' '"state":"connecting","reason":"no answer from the relay'
relay_start
event test '"event":"relay-bound"'
events online '"event":"relay-up"' '"state":"copying"'
ctl test del-intercept 80 || fail "del-intercept"
event test '"event":"intercept-draining","at":"\*:80"'
event test '"event":"intercept-left","at":"\*:80"'
event online '"state":"refused","reason":"[^"]*add-intercept 80'
event text 'target 1 web: refused: port 80 is .*add-intercept 80'

# one that does not read: it is told so, and how things stand
kill -STOP "${PIDS[online]}"
ns online bash -c "for i in {1..150}; do '$CTL' pause-target web; '$CTL' resume-target web; done" || fail "pause-target"
kill -CONT "${PIDS[online]}"
event online '"event":"missed"'
event online '"event":"now","target":1,"name":"web","state":"refused"'

# a second one begins with how things stand
listen late online
event late 'target 1 web: refused: '
ctl online del-target web || fail "del-target"
event online '"event":"target-deleted","target":1,"name":"web"'
event late 'target 1 web: target-deleted'
ctl online add-target "$(hostport test 80)" >/dev/null || fail "add-target"
event online '"event":"target-added","target":2,"name":""'
timeout 60 rmmod tcopy || fail "rmmod"
event online '"module":"tcopy","event":"module-unloaded"'
timeout 60 rmmod tcopy_intercept || fail "rmmod tcopy_intercept"
event test '"module":"tcopy_intercept","event":"module-unloaded"'

for n in online test; do
	python3 -c 'import json, sys
for line in sys.stdin: assert json.loads(line)["time"].endswith("Z")' <"$T/$n.events" || fail "a line of $n is no JSON object"
done
! grep -qF "$(addr client)" "$T/online.events" "$T/test.events" "$T/text.events" || fail "a client is named: $(grep -hF "$(addr client)" "$T/online.events" "$T/text.events" | head -1)"
for n in online test text late; do kill -0 "${PIDS[$n]}" || fail "monitor ($n) ended: $(cat "$T/$n.err")"; done
ghosts_none
