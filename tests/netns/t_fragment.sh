#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The client's segments with 40 bytes of TCP options, with IP options (destination options over IPv6), then in IP
# fragments: the bytes are the same on both hosts; but over IPv6, where reassembly is behind the hook, fragments
# are counted, and copies end that lack their bytes. Production serves all.
# when: all
# timeout: 300
. "$TCOPY_TOP/tests/netns/lib.sh"
. "$TCOPY_TOP/tests/netns/wire.sh"

lab_copying
for options in options tcp-options; do
	logs_clear online test
	streams_start
	box_up --$options 1
	put 524288 2 2 $options
	get 1 50 4 /s/$options- -H 'Connection: close'
	same_logs 52 60
	copies_done
	streams_equal --min 50
	no_end
	box_down
done
same_uploads 4

# A copy that lacks bytes ends; its connection's next request is not to become another one.
ctl online set-target 1 --sessions full || fail "set-target"
streams_start
box_up --fragment 600
put 524288 2 2 fragments
get 101 150 4 /s/ -H 'Connection: close'
copies_done
if [ "$FAMILY" = 4 ]; then
	same_logs 104 60
	same_uploads 6
	streams_equal --min 50
	no_end
else
	[ "$(stat fragment)" -gt 100 ] || fail "only $(stat fragment) fragments were counted"
	doctor_finds online fragments
	streams_equal --prefix
	no_end end_gap
fi
tell fragment no_session end_gap
sheet_exact
ghosts_none
