#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What every command prints, as text and as JSON, is what tests/netns/golden holds, but for counters, times and the like
# (golden.py); of those that change something, with what they say of a mistake. Where that is to change:
# tests/netns/golden/refresh.
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
# does HOST COMMAND ARGUMENT...: the command line, what it prints and its exit status, as text and as JSON
does() {
	local host=$1 name=$2 form rc
	shift
	for form in txt json; do
		[ $form = txt ] || set -- -j "$@"
		rc=0
		ctl "$host" "$@" >"$T/out" 2>"$T/err" || rc=$?
		if [ $form = json ]; then python3 -m json.tool <"$T/out" >/dev/null || fail "$* prints no JSON: $(head -1 "$T/out")"; fi
		{ echo "\$ tcopyctl $*" && cat "$T/out" "$T/err" && echo "($rc)"; } >>"$GOLD/$host.$name.says"
	done
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

# twice each: what is there already is a mistake, too
does online add-target "$(hostport test 90)" --from 90 --name new --paused
does online add-target "$(hostport test 91)" --from 91 --pace never
does online add-target 999.1.1.1:80
does online set-target new --max-sessions 7
does online set-target nobody --copies 2
does online set-target new --sample 101
does online pause-target web
does online pause-target nobody
does online resume-target web
does online resume-target 99
does online reset-stats
does online reset-stats now
does online set --memory 32M
does online set --memory 1
does online del-target new
does online del-target all
does test add-intercept 8443 --pass 192.0.2.0/24
does test add-intercept 0
does test del-intercept 8443 --force
does test del-intercept all --force
does test relay --listen nowhere
does online top --sort nothing
ctl online save "$T/saved" || fail "save"
echo 'add-target 10.0.0.5:80 --copies many' >"$T/wrong"
for f in saved wrong; do
	ip netns exec online bash -c 'cd "$1" && "$2" restore "$3"; echo "($?)"; "$2" -j restore "$3"; echo "($?)"' - "$T" "$CTL" $f
done >"$GOLD/online.restore.says" 2>&1
does online stop
does test stop
does online stop all

bad=0
for f in "$GOLD"/*; do
	g=$TOP/tests/netns/golden/${f##*/}
	diff -u "$g" "$f" || { [ $bad != 0 ] || bad="${f##*/}: $(diff "$g" "$f" 2>&1 | sed -n 2p || true)"; }
done
for g in "$TOP"/tests/netns/golden/*.{txt,json,says}; do [ -e "$GOLD/${g##*/}" ] || bad="${g##*/} is printed no more"; done
[ "$bad" = 0 ] || fail "$bad (tests/netns/golden/refresh, if that is meant)"
