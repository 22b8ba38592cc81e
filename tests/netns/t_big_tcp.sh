#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# BIG TCP: uploads reach the online host in packets of more than 64 KB, whose IP headers do not say how long they
# are: the same bytes arrive at both servers.
# timeout: 200
# when: all
. "$TCOPY_TOP/tests/netns/lib.sh"

# big NAMESPACE DEVICE...: packets of up to 185,000 bytes may leave by them, and be put together by them
big() {
	ns "$1" python3 - "${@:2}" <<'PY'
import socket, struct, sys
RTM_NEWLINK, REQUEST_ACK, NLMSG_ERROR = 16, 5, 2
# IFLA_GSO_MAX_SIZE, _GRO_MAX_SIZE, and those for IPv4 (since 6.3; of older kernels not believed)
ATTRS = 41, 58, 63, 64
s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
for name in sys.argv[1:]:
    body = struct.pack('=BxHiII', 0, 0, socket.if_nametoindex(name), 0, 0)
    body += b''.join(struct.pack('=HHI', 8, attr, 185000) for attr in ATTRS)
    s.send(struct.pack('=IHHII', 16 + len(body), RTM_NEWLINK, REQUEST_ACK, 1, 0) + body)
    answer = s.recv(4096)
    err = struct.unpack_from('=i', answer, 16)[0]
    if struct.unpack_from('=H', answer, 4)[0] != NLMSG_ERROR or err:
        sys.exit('%s: error %d' % (name, err))
PY
}
# how many packets of a capture are larger than an IPv4 packet can say
larger() {
	python3 - "$T/$1.pcap" <<'PY'
import struct, sys
data, at, n = open(sys.argv[1], 'rb').read(), 24, 0
while at + 16 <= len(data):
    kept, size = struct.unpack_from('<8xII', data, at)
    at += 16 + kept
    n += size > 65550
print(n)
PY
}

lab_copying
big client eth0 || fail "client"
big online eth0 || fail "online"
big net client online test br0 || fail "net"
capture_start wire online "dst host $(addr online)" -s 128	# "tcp" would leave out headers with a jumbo option
put 20971520 2 2 20m
put 1048576 12 4 1m
same_logs 14 90
same_uploads 14
capture_end wire
note "$(larger wire) packets of more than 64 KB reached the online host"
case $FAMILY-$(uname -r) in
4-6.1.*) ;;	# BIG TCP for IPv4 came with 6.3
*) [ "$(larger wire)" -gt 20 ] || fail "this proves nothing" ;;
esac
[ "$(stat end_unsupported)$(stat malformed)" = 00 ] || fail "a packet was refused"
sheet_ok
ghosts_none
