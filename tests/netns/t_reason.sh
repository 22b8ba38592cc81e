#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Nothing is copied before the relay runs and the port is intercepted, and show-targets says why and
# what to do.
# kernel: 6.1
. "$TCOPY_TOP/tests/netns/lib.sh"

need_tcopy
lab_up
nginx_up online
nginx_up test
ghosts_start
online_host_up
sleep 4		# a state that lasts only a moment is no answer
state_is_not copying || fail "copying without a test host"
reason=$(target_field reason)
note "without a relay: $(target_field state): $reason"
[[ $reason == *relay* ]] || fail "the reason does not name the relay: '$reason'"
get 1 50 4 /s/

insmod "$KMOD/tcopy_intercept.ko"
relay_start
wait_for 15 "state refused" state_is refused
reason=$(target_field reason)
note "without an intercept: refused: $reason"
[[ $reason == *add-intercept* ]] || fail "the reason does not name add-intercept: '$reason'"
get 51 100 4 /s/
[ "$(log_lines test)" = 0 ] || fail "copied to a port that is not intercepted"

ctl test add-intercept 80
wait_for 15 "state copying" state_is copying
: >"$T/online/access.log"
get 101 300 4 /s/
same_logs 200
ghosts_none
