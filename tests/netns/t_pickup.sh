#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Connections older than the target are copied from their next request on, and never from the middle of one:
# those without a pause, with one, with requests of one segment and of many, and those that are in the middle
# of a request when copying begins. The bytes from there on are the same, and each connection misses at most
# what it had begun. --sessions full leaves them alone.
# timeout: 300
. "$TCOPY_TOP/tests/netns/lib.sh"
. "$TCOPY_TOP/tests/netns/wire.sh"
. "$TCOPY_TOP/tests/netns/older.sh"

need_tcopy
lab_up
nginx_up online
nginx_up test
ghosts_start
streams_start
older_start http 80 16 10
tcopy_up
# what comes to the service from here on
ns online nft -f - <<NFT || fail "nft of what comes"
table inet arrived {
	counter came { }
	chain input {
		type filter hook input priority 0; policy accept;
		tcp dport 80 counter name came
	}
}
NFT
[ "$(target_field sessions_kind)" = any ] || fail "sessions are not 'any' by default"
older_go
get 1 20 4 /s/
older_end
copies_done
streams_equal --begins '(GET|PUT) /(s|up)/' --min 17
tell picked_up opened no_session pace_quiet not_needed
[ "$(stat picked_up)" = 16 ] || fail "$(stat picked_up) of 16 old connections were picked up"
no_end
sheet_exact
arrived=$(ns online nft list counter inet arrived came | sed -n 's/.*packets \([0-9]*\) .*/\1/p')
[ "$(stat matched)" = "$arrived" ] || fail "of $arrived packets that came $(stat matched) are counted"
# all but the third request of the four that were in the middle of it; on a loaded machine a connection may be
# in doubt for one request more, when all of it happens in one tick
ONLY='(/s/|/up/older-)'
# shellcheck disable=SC2317	# wait_for calls it
most_came() { [ "$(log_lines test)" -ge 168 ] && [ "$(log_lines test)" -le 176 ]; }
wait_for 20 "the test server to log 176 requests, or nearly (it has $(log_lines test))" most_came
note "the test server has seen $(log_lines test) requests of 180"

# left alone
ctl online del-target all
logs_clear online test
ONLY=
older_start http 80 8 5
online_host_up --sessions full --name full
wait_for 15 "state copying" state_is copying
[ "$(target_field sessions_kind)" = full ] || fail "sessions are not 'full'"
older_go
get 1 20 4 /s/
older_end
copies_done
[ "$(stat picked_up)" = 0 ] || fail "--sessions full has picked up $(stat picked_up) connections"
# curl may need fewer connections than it may have
[ "$(stat opened)" -ge 1 ] || fail "--sessions full copies nothing"
[ "$(stat no_session)" -ge 40 ] || fail "only $(stat no_session) packets of old connections are counted"
[ "$(log_lines test)" = 20 ] || fail "the test server has seen $(log_lines test) requests, not 20"
no_end
sheet_exact
ghosts_none
