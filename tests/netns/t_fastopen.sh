#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# TCP Fast Open: payload of a SYN that production took is the first of the copy; what it refused is copied
# when the client sends it again.
# when: all
. "$TCOPY_TOP/tests/netns/lib.sh"
. "$TCOPY_TOP/tests/netns/wire.sh"

counted() { ns "$1" nstat -asz "TcpExt$2" | awk -v n="TcpExt$2" '$1 == n { print $2 }'; }

need_tcopy
lab_up
for n in client online; do ns $n sysctl -qw net.ipv4.tcp_fastopen=$((0x403)) net.ipv4.tcp_fastopen_blackhole_timeout_sec=0; done
nginx_up online
nginx_up test
ghosts_start
tcopy_up
get 1 1 1 /s/ -H 'Connection: close' --tcp-fastopen
streams_start
get 2 100 4 /s/ -H 'Connection: close' --tcp-fastopen
same_logs 100
[ "$(counted online TCPFastOpenPassive)" -gt 50 ] || fail "the server took payload of $(counted online TCPFastOpenPassive) SYNs only"
ns online sysctl -qw net.ipv4.tcp_fastopen_key=11111111-22222222-33333333-44444444
get 101 110 1 /s/ -H 'Connection: close' --tcp-fastopen
[ "$(counted online TCPFastOpenPassiveFail)" -gt 0 ] || fail "the server refused no payload of a SYN"
ns online sysctl -qw net.ipv4.tcp_fastopen=0
get 111 140 4 /s/ -H 'Connection: close' --tcp-fastopen
same_logs 140
copies_done
streams_equal --min 139
no_end
sheet_exact
ghosts_none
