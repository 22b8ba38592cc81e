#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A TLS terminator on the online host in front of a service on its loopback: what it sends there is copied, with
# the online host's own address, because 127.0.0.1 and ::1 mean nothing to the test host. 64 KB packets of lo
# are cut for the wire; direct clients keep their address.
# timeout: 300
# when: all
. "$TCOPY_TOP/tests/netns/lib.sh"

if [ "$FAMILY" = 4 ]; then lo=127.0.0.1; else lo='[::1]'; fi

need_tcopy
lab_up
# checksums are made in software and verified by the test host
tx_offload_off online
nginx_up online
nginx_up test
mkdir -p "$T/tls"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=tcopy \
	-keyout "$T/tls/key" -out "$T/tls/cert" 2>/dev/null || fail "openssl req"
cat >"$T/tls/nginx.conf" <<CONF
user root;
pid $T/tls/nginx.pid;
error_log $T/tls/error.log warn;
events { worker_connections 4096; }
http {
	access_log off;
	client_body_temp_path $T/tls; proxy_temp_path $T/tls; fastcgi_temp_path $T/tls;
	uwsgi_temp_path $T/tls; scgi_temp_path $T/tls;
	client_max_body_size 100m;
	upstream service { server $lo:80; keepalive 8; }
	server {
		listen 443 ssl;
		listen [::]:443 ssl;
		ssl_certificate $T/tls/cert;
		ssl_certificate_key $T/tls/key;
		location = /ready { return 204; }
		location / { proxy_pass http://service; proxy_http_version 1.1; proxy_set_header Connection ""; }
		location /m/ { proxy_pass http://$lo:80; }
	}
}
CONF
ns online nginx -c "$T/tls/nginx.conf" -e "$T/tls/error.log" || fail "the terminator does not start"
# /ready opens no connection to the service: that would be older than the target
wait_for 20 "the terminator" ns online curl -skf -o /dev/null -m $((5 * SLOW)) "https://$(hostport online 443)/ready"

ghosts_start
test_host_up
online_host_up --from "$lo:80"
wait_for 15 "state copying (it is $(target_field state): $(target_field reason))" state_is copying
[ "$(target_field source)" = own ] || fail "show-targets says source $(target_field source) of a loopback service"
SCHEME=https PORT=443 get 1 400 8 /s/ -k
SCHEME=https PORT=443 get 1 100 8 /m/ -k
SCHEME=https PORT=443 put 5242880 3 2 5m
same_logs 503 60
same_uploads 3
[ "$(cut -d' ' -f4 "$T/test/access.log" | sort -u)" = "$(addr online)" ] ||
	fail "the test server logged clients $(cut -d' ' -f4 "$T/test/access.log" | sort -u | tr '\n' ' ')"
[ "$(stat own_source)" -ge 100 ] || fail "own_source is $(stat own_source)"
# with a loopback source none of hundreds could be routed
[ "$(stat send_failed)" -lt 20 ] || fail "$(stat send_failed) packets could not be sent"
ctl online -j show-stats | tr -d ' ' | grep -q '"adds_up":true' || fail "the sheet does not add up"

# any local address: each copy leaves as its client can
ctl online del-target all || fail "del-target all"
online_host_up
wait_for 15 "state copying" state_is copying
[ "$(target_field source)" = client ] || fail "show-targets says source $(target_field source)"
: >"$T/online/access.log"; : >"$T/test/access.log"
# a connection each: those that the terminator keeps are older than this target
SCHEME=https PORT=443 get 101 140 8 /m/ -k
get 501 600 8 /s/
same_logs 140
cut -d' ' -f4 "$T/test/access.log" | sort -u >"$T/clients"
cmp -s "$T/clients" <(printf '%s\n' "$(addr online)" "$(addr client)" | sort) || fail "the test server logged clients $(tr '\n' ' ' <"$T/clients")"
ctl online -p show-targets | grep -q 'source own for [1-9]' || fail "show-targets does not tell: $(ctl online -p show-targets)"
ghosts_none
