#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# top, in a terminal of 80 columns and 24 rows, and of other sizes: targets and intercepts, their states and why, rates
# under traffic and after reset-stats, order, keys; the terminal is as before at the end, whatever ended it.
# kernel: 6.1
# timeout: 400
. "$TCOPY_TOP/tests/netns/lib.sh"

# terminal NAME NAMESPACE ARGUMENT...: top there, in a terminal whose directory is $TTY/NAME
terminal() {
	local name=$1 n=$2
	shift 2
	/usr/bin/python3 "$TOP/tests/netns/terminal.py" "$TTY/$name" "${ROWS:-24}" "${COLS:-80}" ip netns exec "$n" "$CTL" top "$@" >"$TTY/$name.log" 2>&1 &
	LAB_PIDS+=($!)
	wait_for 20 "the terminal $name" test -e "$TTY/$name/pid"
}
shows() { grep -Eq -- "$2" "$TTY/$1/screen"; }
shows_not() { ! grep -Eq -- "$2" "$TTY/$1/screen"; }
# screen NAME WHAT REGEX: WHAT comes on the screen; screen_not: it goes
screen() {
	local end=$((SECONDS + 30 * SLOW)) test=${SCREEN:-shows}
	until [ -e "$TTY/$1/screen" ] && "$test" "$1" "$3"; do
		if [ $SECONDS -ge $end ]; then
			cat "$TTY/$1/screen" "$TTY/$1.log"
			fail "waited in vain: $2 on the screen of $1"
		fi
		sleep 0.1
	done
}
screen_not() { SCREEN=shows_not screen "$1" "no $2" "$3"; }
keys() { echo "$2" >"$TTY/$1/keys"; }
# ended NAME CODE: and the terminal is as it was
ended() {
	wait_for 20 "the end of $1" test -e "$TTY/$1/end"
	[ "$(cat "$TTY/$1/end")" = "$(printf 'exit %s\nsame settings\nfirst screen' "$2")" ] || fail "$1: $(cat "$TTY/$1/end" "$TTY/$1/screen")"
}
# before A B NAME: in the screen, the line of A comes before that of B
before() { [ "$(grep -n "$1" "$TTY/$3/screen" | head -1 | cut -d: -f1)" -lt "$(grep -n "$2" "$TTY/$3/screen" | head -1 | cut -d: -f1)" ]; }
fits() { [ "$(wc -L <"$TTY/$1/screen")" -le "$2" ] && [ "$(wc -l <"$TTY/$1/screen")" = "$3" ]; }

TTY=$T/tty
mkdir "$TTY"
need_tcopy
lab_up
# without a module, a terminal, or one that top can use: said on the screen of before
terminal none online
ended none 1
shows none 'neither tcopy' || fail "without a module: $(cat "$TTY/none/screen")"
for end in '>/dev/null' '</dev/null'; do
	rc=0
	script -qec "ip netns exec online $CTL top $end" /dev/null >"$T/odd.out" </dev/null || rc=$?
	[ $rc = 1 ] && grep -Eq 'top: std(in|out) is no terminal' "$T/odd.out" || fail "top $end ended with $rc: $(cat "$T/odd.out")"
done
rc=0
ctl online -j top >/dev/null 2>"$T/odd.out" || rc=$?
[ $rc = 2 ] && grep -q 'no JSON' "$T/odd.out" || fail "-j top ended with $rc: $(cat "$T/odd.out")"
nginx_up online
nginx_up test
ghosts_start
tcopy_up --name web
TERMINAL=none-such terminal odd online
ended odd 1
grep -q "terminal type 'none-such'" <(tr -d '\n' <"$TTY/odd/screen") || fail "an unknown terminal: $(cat "$TTY/odd/screen")"

# at 80x24: what is copied, and what is not and why
ctl online add-target "$(hostport test 81)" --name alpha >/dev/null || fail "add-target"
terminal on online
screen on "the target" '^ +1 web +copying +0 '
screen on "why the other is not copied" '^  port 81 is .*add-intercept 81'
screen on "the host" '^online host: [0-9]+ sessions, [0-9.]+k? of [0-9.]+M bytes held, CPU [0-9]+ of 100 %'
! shows on '^test host' || fail "an online host's screen tells of intercepts: $(cat "$TTY/on/screen")"
fits on 80 24 || fail "the screen is $(wc -L <"$TTY/on/screen") columns wide, $(wc -l <"$TTY/on/screen") high"
! grep -q 'SENT/s' "$TTY/on/screen" || fail "a column that has no room at 80: $(cat "$TTY/on/screen")"

# rates come with traffic, and go back to 0; those of before reset-stats leave no trace
terminal test test
screen test "the intercept" '^ +80 \* +intercepting +0 '
load_start $((20 * SLOW)) 8
screen on "sessions and rates" '^ +1 web +copying +[1-9][0-9]* +[0-9.]+ +[1-9][0-9.]*k? +[1-9][0-9.]*[kM]? '
before ' web ' ' alpha ' on || fail "the busiest is not the first: $(cat "$TTY/on/screen")"
ctl online reset-stats || fail "reset-stats"
screen test "answers of the intercept" '^ +80 \* +intercepting +[1-9][0-9.]*k? '
load_end
screen on "rates of 0" '^ +1 web +copying +[0-9]+ +0 +0 +0 +0 +0 +0$'
screen on "the clock" '^tcopyctl top  [0-9:]{8}  each 1 s  by packets '

# order
keys on 'type <'
screen on "another field" 'by new  '
keys on 'type >>'
screen on "another field" 'by bytes  '
keys on 'type r'
screen on "the other way round" 'by bytes up '
for _ in 1 2 3 4 5 6; do keys on 'type <'; done
screen on "the first field" 'by id up '
before ' web ' ' alpha ' on || fail "by id, up: $(cat "$TTY/on/screen")"
keys on 'type r'
screen on "the first field" 'by id  '
before ' alpha ' ' web ' on || fail "by id: $(cat "$TTY/on/screen")"

# sizes
keys on 'size 40 132'
screen on "more columns" "SENT/s ANSW/s TO$"
screen on "a target's address" "copying .* $(hostport test 80 | sed 's/[][]/\\&/g')"
keys on 'size 8 50'
screen_not on "columns without room" 'HELD'
wait_for 20 "a screen of 50 columns" fits on 50 8
screen on "the target in 50 columns" 'web +copying'
keys on 'size 3 10'
wait_for 20 "a screen of 10 columns" fits on 10 3
keys on 'size 24 80'
screen on "the target again" '^ +1 web +copying +0 '

# the test host says when nobody takes the answers; what it shows can be sorted
relay_end KILL
screen test "the missing relay" '^test host: no relay takes the answers'
keys test 'type >'
screen test "another field" 'by port '
relay_start
screen test "the relay" '^test host: a relay takes the answers'
wait_for 20 "state copying" state_is copying

# what ends it
keys on 'type q'
ended on 0
for s in TERM INT HUP; do
	terminal "by$s" online --sort name --delay 1h
	screen "by$s" "the target" ' alpha +refused'
	before ' alpha ' ' web ' "by$s" || fail "--sort name: $(cat "$TTY/by$s/screen")"
	kill "-$s" "$(cat "$TTY/by$s/pid")"
	ended "by$s" 0
done
terminal break online --delay 1h
screen break "the target" ' web +copying'
keys break $'type \003'
ended break 0
terminal count online --count 2
ended count 0

# modules that come and go
terminal last online
screen last "the target" ' web +copying'
timeout 60 rmmod tcopy || fail "rmmod tcopy"
screen_not last "target without the module" '^online host'
ctl test del-intercept 80 || fail "del-intercept"
timeout 60 rmmod tcopy_intercept || fail "rmmod tcopy_intercept"
screen last "nothing" '^neither tcopy'
insmod "$KMOD/tcopy.ko" || fail "insmod tcopy.ko"
screen last "the module again" '^online host: 0 sessions'
keys last 'type q'
ended last 0
ghosts_none
