#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# save and restore: what was saved comes back, twice is as once, differences are applied without losing a session
# that they do not concern, and a bad file changes nothing and names its line.
# timeout: 480
# kernel: 6.12
. "$TCOPY_TOP/tests/netns/lib.sh"

CONF=$T/tcopy.conf
ids() { ctl online -j show-targets | python3 -c 'import json, sys; print(*(f"{t['"'id'"']}:{t['"'name'"']}" for t in json.load(sys.stdin)))'; }
saved() { ctl "${1:-online}" save | grep -v '^#' | sed -E 's/ --for [0-9]+/ --for N/'; }
# restore FILE [NAMESPACE]: what it says it changed is in $T/changed
restore() { ctl "${2:-online}" restore "$1" >"$T/changed" 2>"$T/stderr" || fail "restore $1: $(cat "$T/stderr")"; }
unchanged() { [ ! -s "$T/changed" ] || fail "restore changed: $(head -1 "$T/changed")"; }
changed() { grep -qE -- "$1" "$T/changed" || fail "restore did not say '$1' but: $(tr '\n' ';' <"$T/changed")"; }
# refused CODE REGEX FILE: with nothing on stdout, and everything as before
refused() {
	local rc=0 before after
	before=$(ids; saved; saved test)
	ctl online restore "$3" >"$T/stdout" 2>"$T/stderr" || rc=$?
	after=$(ids; saved; saved test)
	[ $rc = "$1" ] || fail "restore: exit code $rc, not $1: $(head -1 "$T/stderr")"
	head -1 "$T/stderr" | grep -Eq -- "$2" || fail "restore said '$(head -1 "$T/stderr")', not /$2/"
	[ ! -s "$T/stdout" ] || fail "restore printed $(head -1 "$T/stdout")"
	[ "$before" = "$after" ] || fail "it changed: $(diff <(echo "$before") <(echo "$after") | sed -n 2p)"
}
if [ "$FAMILY" = 4 ]; then NET=192.0.2.0/24 OTHER=10.9.0.0/16 LO=127.0.0.1 NOBODY=10.1.0.77:2000; else NET=2001:db8::/64 OTHER=fd99::/64 LO='[::1]' NOBODY='[fd01::77]:2000'; fi

need_tcopy
lab_up
NGINX_PORTS="80 81" nginx_up online
NGINX_PORTS="80 81" nginx_up test
ghosts_start
test_host_up --pass "$NET" --pass "$OTHER"
ctl test add-intercept 81 --for 2h || fail "add-intercept 81"
ctl test add-intercept 8080 --addr "$(addr client)" || fail "add-intercept 8080"
online_host_up --name web --wait 100
add() { ctl online add-target "$@" >/dev/null || fail "add-target $*"; }
add "$(hostport test 81)" --from 81 --name back --copies 2 --sample 12.5 --seed 7 --ramp 0.5 --rate 9 --client "$OTHER" \
	--not-client "$NET" --pace none --idle 5m --wait 30 --max-sessions 99 --mss 1000 --mark 0x10 --dscp 8 --dev eth0 --for 1h --paused
add "$(hostport test 82)" --from "$(hostport online 82)" --source "$OTHER" --relay 1000 --sessions full --name odd
add "$(hostport test 83)" --from "$LO:83" --relay "$NOBODY"
add "$(hostport test 84)" --direct
add "$LO:85" --from 86
add "$(hostport test 87)" --hook forward --from "$(hostport client 87)"
ctl online set --memory 64M || fail "set"
TARGET=web wait_for 15 "state copying" state_is copying

# what was saved is what there is, and bringing it about changes nothing
ctl online save "$CONF" || fail "save"
ctl test save "$CONF.test" || fail "save on the test host"
note "$(cat "$CONF" "$CONF.test")"
for want in "set --memory 67108864 --cpu 100" "add-target $(hostport test 80) --name web --wait 100" \
	"add-target $(hostport test 84) --direct" "add-target $LO:85 --from 86 --direct" "add-target $(hostport test 83) --from $LO:83 --relay $NOBODY" \
	"add-target $(hostport test 87) --from $(hostport client 87) --hook forward"; do
	grep -qxF -- "$want" "$CONF" || fail "not saved: $want"
done
[ "$(grep -c '^add-target' "$CONF")" = 7 ] || fail "$(grep -c '^add-target' "$CONF") targets were saved"
grep -q -- '--paused .*--dev eth0 --for 3[56][0-9][0-9]' "$CONF" || grep -q -- '--paused' "$CONF" || fail "not saved: --paused"
grep -qx -- "add-intercept 80 --pass $NET --pass $OTHER" "$CONF.test" || fail "not saved: the intercept of 80"
before=$(ids) text=$(saved) text_test=$(saved test)
restore "$CONF"; unchanged
restore "$CONF.test" test; unchanged
[ "$(ids)" = "$before" ] || fail "IDs changed from $before to $(ids)"
[ "$(ctl online -j restore "$CONF" | tr -d '\n')" = '[]' ] || fail "-j restore that changes nothing is not []"
ctl online -j save | python3 -c 'import json, sys; assert len(json.load(sys.stdin)) == 8' || fail "save -j"

# as after a boot: by stdin
ctl online stop || fail "stop"
ctl test del-intercept 8080 --force || fail "del-intercept --force"	# by itself it takes a minute
ctl test stop || fail "stop on the test host"
ctl test restore <"$CONF.test" >/dev/null || fail "restore on the test host"
ctl online restore - <"$CONF" >/dev/null || fail "restore"
[ "$(saved)" = "$text" ] || fail "restored is $(diff <(echo "$text") <(saved) | head -3)"
[ "$(saved test)" = "$text_test" ] || fail "restored is $(diff <(echo "$text_test") <(saved test) | head -3)"
restore "$CONF"; unchanged
restore "$CONF.test" test; unchanged
TARGET=back wait_for 1 "the restored target to be paused" state_is paused
TARGET=web wait_for 15 "state copying" state_is copying

# differences, under load: the sessions of a target that is the same, or only changed, stay
load() { TARGET=web steady_start 4 $((12 * SLOW)) 0.1 /s/steady-; }
load
web=$(ids | tr ' ' '\n' | grep :web)
sed -E "/name back/d; s/name odd/name even/; s/ --wait 100/ --rate 500 --not-client $(echo "$NET" | sed 's,/,\\/,')/; s/--direct/--direct --max-sessions 5/" "$CONF" >"$T/edited.conf"
echo "add-target $(hostport test 88) --name new --sample 50" >>"$T/edited.conf"
sleep 1
restore "$T/edited.conf"
note "$(cat "$T/changed")"
for want in 'del-target back' 'del-target odd' 'add-target .* --name even' 'add-target .* --name new' "^set-target ${web%:*} .*--rate 500" '--wait 120' 'max-sessions 5'; do changed "$want"; done
[ "$(ids | tr ' ' '\n' | grep :web)" = "$web" ] || fail "the target web became $(ids)"
restore "$T/edited.conf"; unchanged
sed -i '/name web/s/$/ --paused/' "$T/edited.conf"
restore "$T/edited.conf"; changed '^pause-target'
TARGET=web state_is paused || fail "not paused"
restore "$CONF"; changed '^resume-target'; changed '^add-target .* --name back'
TARGET=web wait_for 10 "copying to go on" state_is copying
steady_end
steady_same 60
[ "$(TARGET=web stat end_removed)" = 0 ] || fail "$(TARGET=web stat end_removed) sessions of web ended"
# another pass prefix: the intercept is made anew, its neighbour is left alone
sed "s/ --pass $(echo "$OTHER" | sed 's,/,\\/,')//" "$CONF.test" >"$T/edited.test"
ctl test restore "$T/edited.test" >"$T/changed" || fail "restore on the test host"
[ "$(tr '\n' ' ' <"$T/changed")" = 'del-intercept 80 add-intercept 80 ' ] || fail "it changed $(tr '\n' ' ' <"$T/changed")"
restore "$CONF.test" test

# bad files
bad() { printf '%s\n' "$@" >"$T/bad.conf"; }
bad "# a comment" "" "add-target $(hostport test 90)" "add-target $(hostport test 91) --copies many"
refused 2 "bad.conf:4: --copies: 'many' is no number" "$T/bad.conf"
bad "del-target all"
refused 2 "bad.conf:1: 'del-target' stands for nothing here" "$T/bad.conf"
bad "add-targets"
refused 2 "bad.conf:1: 'add-targets' stands for nothing here" "$T/bad.conf"
bad "add-target $(hostport test 90) -n test"
refused 2 "bad.conf:1: add-target: unknown option '-n'" "$T/bad.conf"
bad "add-target $(hostport test 90)" "add-target $(hostport test 90) --from 90"
refused 2 "bad.conf:2: line 1 copies this service to this target already" "$T/bad.conf"
bad "add-target $(hostport test 90) --name a" "add-target $(hostport test 91) --name a"
refused 2 "bad.conf:2: line 1 has a target named a" "$T/bad.conf"
bad "set --cpu 5" "set --cpu 6"
refused 2 "bad.conf:2: line 1 is a set, too" "$T/bad.conf"
bad "add-target $(hostport test 90) --dev nope0"
refused 1 "bad.conf:1: --dev: no device nope0 here" "$T/bad.conf"
printf 'set --cpu 5\0\n' >"$T/bad.conf"
refused 2 "bad.conf:1: a zero byte" "$T/bad.conf"
: >"$T/bad.conf"
refused 2 "bad.conf is empty" "$T/bad.conf"
refused 1 "cannot read $T: Is a directory" "$T"
# what only the kernel knows: all that was done before it is taken back. 89 is new, web is changed
{ sed 's/ --wait 100/ --wait 90/' "$CONF"; echo "add-target $(hostport test 89) --name good"; echo "add-target $(hostport test 95) --source $([ "$FAMILY" = 4 ] && echo 10.0.0.0/8 || echo fd00::/8)"; } >"$T/bad.conf"
refused 1 "bad.conf:$(wc -l <"$T/bad.conf"): cannot add this target: .*target's own address.*brought back" "$T/bad.conf"
# what is there but not in the file is not lost when the rest is refused
grep -v 'name web' "$T/bad.conf" >"$T/bad2.conf"
refused 1 "bad2.conf:[0-9]*: cannot add this target" "$T/bad2.conf"

# the file: as a whole or not at all
mkdir "$T/small"
mount -t tmpfs -o size=16k tmpfs "$T/small"
ctl online save "$T/small/conf" || fail "save to a file system with room"
cp "$T/small/conf" "$T/small.before"
cat /dev/zero >"$T/small/full" 2>/dev/null || true
rc=0
ctl online save "$T/small/conf" 2>"$T/stderr" || rc=$?
{ [ $rc = 1 ] && grep -q 'cannot write .*No space' "$T/stderr"; } || fail "save to a full file system: exit code $rc: $(cat "$T/stderr")"
cmp "$T/small/conf" "$T/small.before" || fail "a save that failed changed the file"
[ "$(ls "$T/small")" = "$(printf 'conf\nfull')" ] || fail "a save that failed left $(ls "$T/small")"
umount "$T/small"
chmod 600 "$CONF"
ln -s tcopy.conf "$T/link.conf"
ctl online save "$T/link.conf" || fail "save through a link"
[ -L "$T/link.conf" ] || fail "save replaced the link"
[ "$(command stat -c %a "$CONF")" = 600 ] || fail "save changed the file's mode"
for f in /dev/null "$T" "$T/nowhere/conf"; do
	! ctl online save "$f" 2>"$T/stderr" || fail "save to $f"
	grep -q "cannot write $f" "$T/stderr" || fail "save to $f: $(cat "$T/stderr")"
done
[ -c /dev/null ] || fail "/dev/null was replaced"

# a comment alone ends everything
echo '# nothing' >"$T/nothing.conf"
restore "$T/nothing.conf"
[ "$(ctl online -j show-targets | tr -d '\n')" = '[]' ] || fail "targets are left: $(ids)"
ghosts_none
