#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The kernel's own Python client (YNL) drives both families by docs/netlink/*.yaml alone: every command, every
# attribute that comes back has a name, and refusals come with their text and the attribute they are about.
# What it sets tcopyctl shows, and live requests are copied for it.
# when: all
. "$TCOPY_TOP/tests/netns/lib.sh"

ynl() {		# NAMESPACE PART [ARGUMENT...]
	local n=$1
	shift
	ns "$n" /usr/bin/python3 -B "$TOP/tests/netns/t_ynl.py" "$T/ynl" "$TOP/docs/netlink" "$@" ||
		fail "ynl $1: see the log"
}

need_tcopy
mkdir "$T/ynl"
tar -C "$T/ynl" -xf "$TCOPY_OUT/ynl.tar" || fail "no YNL: see before_ynl.log"
lab_up
nginx_up online
nginx_up test
ghosts_start
insmod "$KMOD/tcopy_intercept.ko"
insmod "$KMOD/tcopy.ko"

# as its users call it, with the command line of the kernel's tree
ns test /usr/bin/python3 -B "$T/ynl/cli.py" --spec "$TOP/docs/netlink/tcopy_intercept.yaml" --no-schema \
	--do add --json '{"port": 81}' || fail "cli.py --do add"
ns test /usr/bin/python3 -B "$T/ynl/cli.py" --spec "$TOP/docs/netlink/tcopy_intercept.yaml" --no-schema \
	--do add --json '{"port": 81}' >"$T/said" && fail "the same port twice"
grep -q 'File exists.*delete the intercept first' <(tr '\n' ' ' <"$T/said") || fail "cli.py says: $(cat "$T/said")"
ctl test -j show-intercepts | grep -q '"port": *81\b' || fail "tcopyctl does not show the intercept"

ynl test intercept "$(addr online)"
# a relay of its own: the records of answers to one that asks the test host itself
ynl test relay "$(addr online)" &
YNL=$!
LAB_PIDS+=($YNL)
wait_for 20 "the relay to be bound" test -e "$T/ynl/bound"
ns online curl -s -o /dev/null --connect-timeout 2 "http://$(hostport test 80)/s/0" && fail "an answer was not stolen"
wait $YNL || fail "ynl relay: see the log"

relay_start
ctl online set --cpu 100
ynl online target "$(addr test)" "$(addr client)"
wait_for 15 "state copying (it is $(target_field state): $(target_field reason))" state_is copying
[ "$(target_field name)" = ynl ] || fail "tcopyctl shows another name: $(target_field name)"
[ "$(target_field pace)" = none ] || fail "tcopyctl shows another pace: $(target_field pace)"
ip netns exec client bash -c "exec 3<>/dev/tcp/$(addr online)/80; printf 'GET /s/stays HTTP/1.1\r\nHost: lab\r\n\r\n' >&3; exec sleep 300" &
LAB_PIDS+=($!)
get 1 200 8 /s/
same_logs 201
sheet_ok
ynl online watch "$CTL"
[ "$(target_field state)" = paused ] || fail "not paused"
ynl online end
[ "$(ctl online -j show-targets)" = '[]' ] || fail "targets left"
ynl test end_intercept
no_intercepts || fail "intercepts left"
ghosts_none
