#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The lab itself, without a module: the client reaches nginx in every way the tests use, and each
# check that the tests rely on is shown red once.
# kernel: 6.12
. "$TCOPY_TOP/tests/netns/lib.sh"

lab_up
nginx_up online
nginx_up test
ghosts_start
tx_offload_off client online test
put 20971520 1 1 20m
get 1 1 1 /l/
capture_start wire online "tcp port 80" -s 0
get 1 300 16 /s/
get 301 400 128 /s/ -H 'Connection: close'
get 1 10 4 /m/
put 1048576 2 2 1m
[ "$(log_lines online)" = 414 ] || fail "the online server logged $(log_lines online) requests, not 414"
[ "$(find "$T/online/html/up" -type f | wc -l)" = 3 ] || fail "the uploads were not stored"
[ "$(log_lines test)" = 0 ] || fail "the test server logged requests that nobody copied"
load_start 3 8
load_end
capture_end wire
checksums_ok wire 1000

# red once: a request fails, logs differ, uploads differ, a checksum is wrong, a ghost arrives
logs_equal && fail "logs_equal does not see a difference"
(get 1 3 1 /none/) && fail "get does not see a failed request"
(same_logs "$(log_lines online)" 1) && fail "same_logs does not see a difference"
cp "$T/test/access.log" "$T/saved"; cp "$T/online/access.log" "$T/test/access.log"
(same_logs "$(log_lines online)" 1) || fail "same_logs sees a difference where there is none"
cp "$T/saved" "$T/test/access.log"
(same_uploads 3) && fail "same_uploads does not see a difference"
ns client ethtool -K eth0 tx on >/dev/null
capture_start bad client "tcp port 80 and src host $(addr client)" -s 0
get 1 3 1 /s/
capture_end bad
(checksums_ok bad 1) && fail "checksums_ok does not see a wrong checksum"
if [ "$FAMILY" = 4 ]; then
	(ghosts_none) || fail "the lab makes ghosts by itself"
	ghosts_start
fi
ns test curl -s -m 1 "http://$(hostport client 81)/" || true
(ghosts_none) && fail "ghosts_none does not see the test host's packet"
/usr/bin/python3 "$TOP/tests/netns/streams.py" --selfcheck "$T" >"$T/streams" || fail "streams.py: $(tail -1 "$T/streams")"
rm -f "$T/reason"
