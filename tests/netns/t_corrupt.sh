#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# 5 % of the client's segments are corrupt on the wire, and no device has checked them: production drops
# them, and so does the copy; the bytes are the same on both hosts.
# timeout: 300
. "$TCOPY_TOP/tests/netns/lib.sh"
. "$TCOPY_TOP/tests/netns/wire.sh"

lab_copying
streams_start
box_up --corrupt 5
put 1048576 2 2 1m
get 1 100 8 /s/ -H 'Connection: close'
same_logs 102 60
same_uploads 2
[ "$(stat checksum)" -gt 0 ] || fail "no segment had a wrong checksum"
doctor_finds online checksum
box_down
if [ "$FAMILY" = 4 ]; then
	# headers too; over IPv6 a corrupt header is answered by an ICMP error of production's own
	segments_only client
	ns client ethtool -K eth0 tx off >/dev/null
	bad from-client corrupt 5%
	get 101 300 8 /s/
	same_logs 302 60
	good from-client
fi
copies_done
streams_equal --verify --min 100
tell checksum retransmits pace_timeout
# the byte that is hit may be the data offset
no_end malformed
sheet_exact
ghosts_none
