#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# HTTP/2 without TLS, many streams in one connection: copied with --pace none, since a client of HTTP/2 asks
# on while it is being answered. The logs of both servers hold the same requests. A test server that is slower
# has more streams open at once than its clients ever had: both servers allow as many as there are requests.
# timeout: 240
# when: all
. "$TCOPY_TOP/tests/netns/lib.sh"
. "$TCOPY_TOP/tests/netns/services.sh"

h2c_up() {
	nginx_conf "$1" <<-'CONF'
		http2_max_concurrent_streams 512;
		keepalive_requests 100000;
		server {
			listen 80 http2;
			listen [::]:80 http2;
			location /s/ { return 200 "a small answer\n"; }
			location /m/ { try_files /m =404; }
			location /up/ { dav_methods PUT; create_full_put_path on; }
		}
	CONF
	mkdir -p "$T/$1/html/up"
	head -c 102400 /dev/zero | tr '\0' m >"$T/$1/html/m"
	nginx_start "$1"
	wait_for 20 "nginx in $1" ns "$1" curl -s -o /dev/null --http2-prior-knowledge "http://$(hostport "$1" 80)/s/0"
	wait_for 5 "the access log of $1" test -s "$T/$1/access.log"
	: >"$T/$1/access.log"
}

# load CONNECTIONS STREAMS REQUESTS [H2LOAD OPTION...]: of the URIs from stdin, all answered 2xx
load() {
	local conns=$1 streams=$2 count=$3
	shift 3
	sed "s,^,http://$(hostport online 80)," >"$T/uris"
	clients h2load -c "$conns" -m "$streams" -n "$count" -i "$T/uris" "$@"
	grep -q "^requests:.* $count succeeded, 0 failed" "$T/client.log" || fail "requests failed: $(grep ^requests: "$T/client.log")"
	grep -q "^status codes: $count 2xx" "$T/client.log" || fail "not all were answered 2xx: $(grep '^status codes' "$T/client.log")"
}

need_tcopy
lab_up
h2c_up online
h2c_up test
service_copying 80 --pace none
seq -f /s/%g 1 400 | load 4 20 400
seq -f /m/%g 1 60 | load 3 10 60
seq -f /s/%g 401 404 | load 4 1 4
seq 1 60000 >"$T/body"
seq -f /up/%g 1 4 | load 1 4 4 -d "$T/body" -H ':method: PUT'
same_logs 468
same_uploads 4
# HPACK makes a date as long as its letters are: answers differ by some bytes
copied_cleanly 12 pace_quiet
