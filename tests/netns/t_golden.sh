#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What every command that only shows prints, as text and as JSON, is what tests/netns/golden holds, but for counters,
# times and the like (golden.py). Where that is to change: tests/netns/golden/refresh.
# kernel: 6.12
# families: 4
# timeout: 300
. "$TCOPY_TOP/tests/netns/lib.sh"

GOLD=$TCOPY_OUT/golden
norm() { /usr/bin/python3 "$TOP/tests/netns/golden.py" "$1"; }
# shows HOST COMMAND [RC]: into $GOLD; JSON has to be that before it is made comparable
shows() {
	local rc=0
	ctl "$1" "$2" >"$T/out" 2>&1 || rc=$?
	[ $rc = "${3:-0}" ] || fail "$2 on the $1 host ends with $rc: $(head -1 "$T/out")"
	norm "$2" <"$T/out" >"$GOLD/$1.$2.txt" || fail "$2 on the $1 host"
	ctl "$1" -jp "$2" >"$T/out" 2>"$T/err" || rc=$?
	[ $rc = "${3:-0}" ] || fail "$2 -j on the $1 host ends with $rc: $(head -1 "$T/err")"
	norm "$2-json" <"$T/out" >"$GOLD/$1.$2.json" || fail "$2 -j on the $1 host"
}
# watch HOST KIND [OPTION...]: monitor, into $T/HOST.KIND; saw HOST REGEX: all of them
watch() {
	ip netns exec "$1" "$CTL" "${@:3}" monitor >"$T/$1.$2" 2>&1 &
	LAB_PIDS+=($!)
}
saw() { for k in txt json; do wait_for 20 "monitor on the $1 host to say $2" grep -Eq "$2" "$T/$1.$k"; done; }
one_session() { [ "$(stat sessions)" = 1 ]; }

rm -rf "$GOLD"
mkdir -p "$GOLD"
need_tcopy
lab_up
nginx_up online
nginx_up test
ip -n test route add default via "$(addr online)"
test_host_up --pass 192.0.2.0/24
ctl test add-intercept 8080 --addr "$(addr client)" || fail "add-intercept 8080"
online_host_up --name web --not-client 192.0.2.0/24 --seed 1
ctl online add-target "$(hostport test 81)" --from 81 --name later --copies 2 --sample 12.5 --seed 7 --rate 9 --paused >/dev/null || fail "add-target"
for h in online test; do ctl $h set --memory 64M || fail "set"; done
TARGET=web wait_for 20 "state copying" state_is copying
mkfifo "$T/hold"
ip netns exec client /usr/bin/python3 "$TOP/tests/netns/hold.py" "$(addr client)" "$(addr online)" 80 1 2000 <>"$T/hold" >"$T/held" 2>&1 &
LAB_PIDS+=($!)
wait_for 20 "a lasting connection" grep -q held "$T/held"
TARGET=web wait_for 20 "its copy" one_session
later() { [ "$(TARGET=later target_field state)" = paused ]; }
wait_for 20 "the paused target" later
sheet_ok

for c in show show-targets show-sessions show-stats metrics save; do shows online $c; done
shows online doctor 3
for c in show show-intercepts metrics save doctor; do shows test $c; done

for h in online test; do watch $h txt; watch $h json -j; done
saw online 'web'
saw test '8080'
ctl online pause-target web || fail "pause-target"
saw online '"paused"|web.* paused'
ctl online del-target later || fail "del-target"
ctl test add-intercept 81 || fail "add-intercept 81"
saw test '81[^0-9]'
for h in online test; do for k in txt json; do norm "monitor$([ $k = txt ] || echo -json)" <"$T/$h.$k" >"$GOLD/$h.monitor.$k" || fail "monitor on the $h host"; done; done

bad=0
for f in "$GOLD"/*; do
	g=$TOP/tests/netns/golden/${f##*/}
	diff -u "$g" "$f" || { [ $bad != 0 ] || bad="${f##*/}: $(diff "$g" "$f" 2>&1 | sed -n 2p || true)"; }
done
for g in "$TOP"/tests/netns/golden/*.{txt,json}; do [ -e "$GOLD/${g##*/}" ] || bad="${g##*/} is printed no more"; done
[ "$bad" = 0 ] || fail "$bad (tests/netns/golden/refresh, if that is meant)"
