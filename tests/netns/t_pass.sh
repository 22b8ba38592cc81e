#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A client inside a --pass prefix is never copied (it would get the answer), and gets real answers
# of the test service when it asks for them. The online host's probe is stolen though it is inside too.
# kernel: 6.1
. "$TCOPY_TOP/tests/netns/lib.sh"

need_tcopy
lab_up
nginx_up online
nginx_up test
ghosts_start
test_host_up --pass "$([ "$FAMILY" = 4 ] && echo 10.1.0.0/24 || echo fd01::/64)"
online_host_up
wait_for 15 "state copying (it is $(target_field state): $(target_field reason))" state_is copying
ns online curl -sS -o /dev/null -m 3 "http://$(hostport test 80)/s/peer" 2>/dev/null && fail "an answer to an online host was let through"
get 1 100 4 /s/
sleep 1
[ "$(log_lines test)" = 0 ] || fail "a passed client was copied"
[ "$(stat passed)" -gt 0 ] || fail "nothing is counted as passed"
ghosts_none
ns client curl -sS -o /dev/null -m 10 "http://$(hostport test 80)/s/real" || fail "a passed client gets no answer of the test service"
ctl online stop
relay_end
ns online curl -sS -o /dev/null -m 10 "http://$(hostport test 80)/s/peer" || fail "without a relay an online host is a client like any other"
