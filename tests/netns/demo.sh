#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The guest's half of `make demo`: says on fd 3 what it does and what came of it.
export T=/run/t/demo
mkdir -p "$T"
exec 2>"$TCOPY_OUT/demo.log" >&2
. "$TCOPY_TOP/tests/netns/lib.sh" 4
tell() { printf '%s\n' "$*" >&3; }
run() { tell "     # $*"; }	# a command as a user would type it
fail() { tell "FAILED: $*"; exit 1; }
for m in veth bridge; do modprobe -q $m || true; done

tell "  3. two real nginx servers: online (production) ${IP4[online]}, test ${IP4[test]}; a client ${IP4[client]}"
lab_up
nginx_up online
nginx_up test
ghosts_start
get 1 100 4 /s/
tell "     nothing is copied yet: the online server logged $(log_lines online) requests, the test server $(log_lines test)"
: >"$T/online/access.log"

tell "  4. the test host"
run insmod tcopy_intercept.ko
run "tcopyctl relay &"
run tcopyctl add-intercept 80
test_host_up
tell "  5. the online host"
run insmod tcopy.ko
run "tcopyctl add-target $(hostport test 80)"
online_host_up
wait_for 15 "state copying" state_is copying
ctl online -p show-targets | sed 's/^/     /' >&3 || true

tell "  6. live traffic: keep-alive, a connection each, 100 KB answers, uploads, over IPv4"
begin=$SECONDS
get 1 3000 32 /s/
get 3001 3300 32 /s/ -H 'Connection: close'
get 1 100 8 /m/
put 1048576 4 2 1m
tell "     every request of the client was answered by the online server ($((SECONDS - begin)) s)"
for ((i = 0; i < 300; i++)); do if logs_equal; then break; fi; sleep 0.1; done

report() {
	printf '     %-34s %9s %9s\n' "$1" "$2" "$3" >&3
}
count() { grep -cE "$2" "$T/$1/access.log" || true; }
tell ""
tell "What was copied, from the access logs of both servers:"
report '' online test
report 'requests' "$(log_lines online)" "$(log_lines test)"
report '  GET /s/N, a small answer' "$(count online '^/s/')" "$(count test '^/s/')"
report '  GET /m/N, 100 KB' "$(count online '^/m/')" "$(count test '^/m/')"
report '  PUT /up/N, 1 MB' "$(count online '^/up/')" "$(count test '^/up/')"
report '  status 200 and 201' "$(count online ' 20[01] ')" "$(count test ' 20[01] ')"
report '  other status' "$(grep -cvE ' 20[01] ' "$T/online/access.log" || true)" "$(grep -cvE ' 20[01] ' "$T/test/access.log" || true)"
report 'distinct URIs' "$(cut -d' ' -f1 "$T/online/access.log" | sort -u | wc -l)" "$(cut -d' ' -f1 "$T/test/access.log" | sort -u | wc -l)"
report 'hash of all uploaded bodies' "$(cat "$T"/online/html/up/* | sha256sum | cut -c1-9)" "$(cat "$T"/test/html/up/* | sha256sum | cut -c1-9)"
cp "$T/online/access.log" "$TCOPY_OUT/online-access.log"
cp "$T/test/access.log" "$TCOPY_OUT/test-access.log"
ctl online -p show-stats >"$TCOPY_OUT/online-stats" 2>&1 || true
ctl test -p show-intercepts >"$TCOPY_OUT/test-intercepts" 2>&1 || true
equal=no
logs_equal && equal=yes

tell "  7. # tcopyctl stop    on the online host, then on the test host"
ctl online stop
ctl test stop || ctl test del-intercept all --force
ghosts_none
tell "     the client saw no packet of the test host, from before add-target until now"
[ $equal = yes ] || fail "the logs differ: $(diff <(log_key online) <(log_key test) | head -3 | tr '\n' ' ')"
tell ""
tell "Both servers answered the same requests with the same status. Where to look next:"
tell "  build/logs/demo/online-access.log, test-access.log    what each server saw"
tell "  build/logs/demo/online-stats, test-intercepts         what tcopy counted"
tell "  README.md                 real hosts, step by step; what it cannot do"
tell "  docs/architecture.md      each part with its file and its test"
tell "  make check                the tests, on 6.1 and 6.12"
