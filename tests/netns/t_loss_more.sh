#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# 1 % and 5 % loss, reordering and duplication, of copies, of headers, of the client's own packets: every
# connection's bytes are the same on both hosts. Then a test host behind 1 Mbit/s: production does not wait.
# when: all
# timeout: 600
. "$TCOPY_TOP/tests/netns/lib.sh"
. "$TCOPY_TOP/tests/netns/wire.sh"

N=0
# traffic SMALL CLOSED LARGE UPLOADS: so many requests of each kind, and what both servers saw of them
traffic() {
	: >"$T/online/access.log"; : >"$T/test/access.log"
	rm -f "$T"/{online,test}/html/up/*
	N=$((N + 1))
	get $((N * 10000)) $((N * 10000 + $1 - 1)) 8 /s/
	get $((N * 10000 + $1)) $((N * 10000 + $1 + $2 - 1)) 16 /s/ -H 'Connection: close'
	get $((N * 10000)) $((N * 10000 + $3 - 1)) 4 /m/
	put 1048576 "$4" 2 up$N
	same_logs $(($1 + $2 + $3 + $4)) 180
	same_uploads "$4"
	copies_done
	streams_equal --min "$2"
	tell retransmits headers_lost pace_timeout pace_quiet
	# a request whose answer is late by several losses in a row may go before it: a rule, and counted
	no_end pace_timeout
	sheet_exact
	ctl online reset-stats
}

lab_copying
segments_only online test client
for way in to-test from-test; do
	for how in 'loss 1%' 'delay 10ms 3ms reorder 25%' 'duplicate 5%'; do
		note "$way: $how"
		streams_start
		# shellcheck disable=SC2086	# words
		bad $way $how
		traffic 80 40 4 2
		good $way
	done
done
note "both ways: all of it"
streams_start
bad to-test delay 10ms 3ms reorder 25% loss 5% duplicate 5%
bad from-test delay 10ms 3ms reorder 25% loss 5% duplicate 5%
traffic 80 40 4 2
good to-test; good from-test

for how in 'loss 5%' 'delay 10ms 3ms reorder 25% duplicate 5%'; do
	note "the client: $how"
	streams_start
	# shellcheck disable=SC2086
	bad from-client $how
	traffic 80 40 4 2
	good from-client
done

note "a slow test host"
: >"$T/online/access.log"; : >"$T/test/access.log"
bad to-test rate 1mbit
put 2097152 4 4 slow
get 1 200 8 /s/
[ "$(log_lines online)" = 204 ] || fail "the online server logged $(log_lines online) requests, not 204"
tell held end_wait end_shed queue_full
good to-test
copies_done
sheet_exact
ghosts_none
