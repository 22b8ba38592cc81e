#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# metrics: a strict parser takes what it prints on both hosts, and the numbers are those of show-stats, and of the relay.
# The dashboard of packaging/grafana asks for nothing else.
# kernel: 6.12
# timeout: 240
. "$TCOPY_TOP/tests/netns/lib.sh"

prom() { /usr/bin/python3 "$TCOPY_TOP/tests/netns/prom.py" "$@"; }
# parse NAMESPACE: its metrics are in $T/samples
parse() { ctl "$1" metrics >"$T/prom" && prom <"$T/prom" >"$T/samples" || fail "metrics on the $1 host: $(head -3 "$T/samples" "$T/prom")"; }
# value METRIC [LABEL...]: LABEL is as in JSON: '"id": "1"'
value() {
	local name=$1 l lines
	shift
	lines=$(grep "^$name " "$T/samples") || fail "no $name"
	for l; do lines=$(grep -F -- "$l" <<<"$lines") || fail "no $name with $l"; done
	[ "$(wc -l <<<"$lines")" = 1 ] || fail "$name $*: $lines"
	echo "${lines##* }"
}
is() { local want=$1 got; shift; got=$(value "$@"); [ "$got" = "$want" ] || fail "$* is $got, not $want"; }

note "$(prom --self)" || fail "the parser forgives"
lab_copying
# a name with all that has to be escaped
# shellcheck disable=SC1003
NAME='q"\n\'
ctl online add-target "$(hostport test 81)" --from 81 --name "$NAME" >/dev/null || fail "add-target"
get 1 40 4 /s/
same_logs 40
wait_for 20 "the copies' end" no_sessions
sheet_ok

parse online
cp "$T/samples" "$T/samples.online"
note "$(wc -l <"$T/samples") samples, $(grep -c '^# TYPE' "$T/prom") families"
for s in matched packets bytes retransmits headers; do is "$(TARGET='' stat $s)" "tcopy_target_${s}_total" '"id": "1"' '"to": "'"$(hostport test 80)"'"'; done
for s in copied not_needed no_session not_copying ended cpu_limit sampled; do
	is "$(stat $s)" tcopy_target_client_packets_total '"id": "1"' "\"fate\": \"$s\""
done
is "$(stat closed)" tcopy_target_sessions_ended_total '"id": "1"' '"reason": "closed"'
is 0 tcopy_target_sessions_ended_total '"id": "1"' '"reason": "refused"'
is 0 tcopy_target_sessions_ended_total '"id": "1"' '"reason": "evicted"'
is "$(stat opened)" tcopy_target_opened_total '"id": "1"'
[ "$(value tcopy_target_client_packets_total '"id": "1"' '"fate": "copied"')" -ge 40 ] || fail "40 requests are not counted"
# the balance: all fates and what is held
[ "$(grep -E '^tcopy_target_(client_packets_total|held_packets) .*"id": "1"' "$T/samples" | awk '{ n += $NF } END { print n }')" = "$(value tcopy_target_matched_total '"id": "1"')" ] ||
	fail "the fates do not add up to matched"
# every counter of show-stats is in there, under some name
n=$(ctl online -j show-stats --target 1 | tr ',' '\n' | grep -cE '^"[a-z_]+": ?[0-9]+$' || true)
[ "$(grep -c '"id": "1"' "$T/samples")" -ge $((n - 2)) ] || fail "$(grep -c '"id": "1"' "$T/samples") samples of a target, show-stats has $n counters"
is 1 tcopy_target_state '"id": "1"' '"state": "copying"'
is 0 tcopy_target_state '"id": "1"' '"state": "paused"'
is 0 tcopy_sessions
is 1 tcopy_cpu_limit_ratio
is 1 tcopy_build_info '"version": '
python3 - "$T/samples" "$NAME" <<'PY' || fail "the name with quotes is not what was escaped"
import json, sys
want = [json.loads(l.split(" ", 1)[1].rsplit(" ", 1)[0]) for l in open(sys.argv[1]) if l.startswith("tcopy_target_sessions ")]
assert [w["name"] for w in want] == ["", sys.argv[2]], want
PY
ctl online -j metrics | python3 -c 'import json, sys; assert len(json.load(sys.stdin)) > 50' || fail "metrics -j"

parse test
is 1 tcopy_intercept_relay_bound
[ "$(value tcopy_intercept_stolen_total '"port": "80"' '"addr": "*"')" -ge 40 ] || fail "stolen answers are not counted"
is 0 tcopy_intercept_draining '"port": "80"'
is 0 tcopy_intercept_records_lost_total
is 1 tcopy_relay_peers
[ "$(value tcopy_relay_forwarded_total)" -ge 40 ] || fail "the relay's headers are not counted"
for s in records forwarded datagrams opens held unsent conflicts; do is "$(relay_stat $s)" "tcopy_relay_${s}_total"; done
for s in $(sed -n 's/^relay: \([a-z_]*\)  *[0-9][0-9]*  .*/\1/p' "$T/relay.log" | sort -u); do
	[ "$s" = peers ] || [ "$s" = lost ] || value "tcopy_relay_${s}_total" >/dev/null
done
asked=$(grep -o 'tcopy_[a-z_]*' "$TCOPY_TOP/packaging/grafana/tcopy.json" | sort -u)
[ "$(wc -w <<<"$asked")" -ge 20 ] || fail "the dashboard asks for $(wc -w <<<"$asked") metrics"
for s in $asked; do grep -q "^$s " "$T/samples" "$T/samples.online" || fail "the dashboard asks for $s"; done

# into a file, whole, and without one for the other host
ctl online metrics "$T/tcopy.prom" || fail "metrics FILE"
prom <"$T/tcopy.prom" >/dev/null || fail "metrics FILE"
[ "$(command stat -c %a "$T/tcopy.prom")" = 644 ] || fail "node_exporter cannot read the file: $(ls -l "$T/tcopy.prom")"
ctl online stop
parse online
! grep -q '"id"' "$T/samples" || fail "targets are left"
ghosts_none

# a relay that is gone tells nothing, nor is anybody believed who is not one
relay_end
parse test
is 0 tcopy_intercept_relay_bound
! grep tcopy_relay "$T/samples" || fail "a relay that is gone is told of"
cat >"$T/impostor.py" <<'PY'
import socket
s = socket.socket(socket.AF_UNIX)
s.bind("\0tcopy-relay")
s.listen()
print("listening", flush=True)
while True:
    c = s.accept()[0]
    try:
        c.send(b"peers 7\n")
    except OSError:     # who asks has seen who answers
        pass
    c.close()
PY
# with all capabilities too, in a user namespace of its own
for own in '' 'unshare -Ur'; do
	[ -z "$own" ] || [ -e /proc/self/ns/user ] || break
	: >"$T/impostor"
	ip netns exec test setpriv --reuid 65534 --regid 65534 --clear-groups $own /usr/bin/python3 "$T/impostor.py" >"$T/impostor" 2>&1 &
	LAB_PIDS+=($!)
	wait_for 10 "an impostor ($own)" grep -q listening "$T/impostor"
	parse test
	! grep tcopy_relay "$T/samples" || fail "an impostor is believed ($own)"
	kill $! || fail "an impostor has ended: $(cat "$T/impostor")"
	wait $! 2>/dev/null || true
done
