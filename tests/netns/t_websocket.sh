#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Through nginx as a proxy: websockets that echo, one frame at a time and several at once, and streams of
# server-sent events, which end after some seconds. What the two backends got is the same.
# timeout: 240
# when: all
. "$TCOPY_TOP/tests/netns/lib.sh"
. "$TCOPY_TOP/tests/netns/services.sh"

proxy_up() {
	nginx_conf "$1" <<-'CONF'
		server {
			listen 80;
			listen [::]:80;
			location / {
				proxy_pass http://127.0.0.1:9000;
				proxy_http_version 1.1;
				proxy_set_header Upgrade $http_upgrade;
				proxy_set_header Connection $http_connection;
				proxy_buffering off;
				proxy_read_timeout 600s;
			}
		}
	CONF
	serve "$1" root python3 "$SERVICES" backend 9000 "$T/$1/backend.log"
	nginx_start "$1"
	wait_for 20 "nginx and what is behind it in $1" ns "$1" curl -sf -o /dev/null "http://$(hostport "$1" 80)/sse/0"
	# nginx logs a request after its answer has left
	wait_for 5 "the access log of $1" grep -q '^/sse/0 200' "$T/$1/access.log"
	: >"$T/$1/access.log"
	: >"$T/$1/backend.log"
}
seen() { sort "$T/$1/backend.log"; }

need_tcopy
lab_up
proxy_up online
proxy_up test
service_copying 80
clients python3 "$SERVICES" websocket "$(addr online)" 80 4
ns client curl -sSN -Z --no-progress-meter -m $((60 * SLOW)) "http://$(hostport online 80)/sse/[1-4]" >"$T/events" || fail "the stream broke off"
[ "$(grep -c '^id: ' "$T/events")" = 160 ] || fail "$(grep -c '^id: ' "$T/events") events reached the client, not 160"
# curl may use a connection again. In a burst of frames the ACKs of the client move on while it still sends:
# what the copy had received before is not waited for again
copied_cleanly "$(cut -d' ' -f5 "$T/online/access.log" | sort -u | wc -l)" pace_quiet
same_state 20 seen
[ "$(wc -l <"$T/online.state")" = 8 ] || fail "the backend saw $(wc -l <"$T/online.state") requests, not 8"
