# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# For tests of bad networks and hostile packets; sourced behind lib.sh.

WIRE=$TOP/tests/netns
v() { if [ "$FAMILY" = 4 ]; then echo "$1"; else echo "$2"; fi; }	# for IPv4, for IPv6

# streams_start: what the client says to the online service, but for what raw.py forged, and what of it
# reaches the test host, from now on
streams_start() {
	local c n true_ttl
	# tcpdump cuts off what is larger
	for n in client online; do ip -n $n link set eth0 gso_max_size 32768; done
	c=$(addr client)
	true_ttl=$(v 'ip[8] != 77' 'ip6[7] != 77')
	capture_start original online "src host $c and dst host $(addr online) and $(v 'ip proto 6' '(ip6 proto 6 or ip6 proto 44 or ip6 proto 60)') and $true_ttl" -s 0 -Q in
	capture_start copies test "src host $c and dst host $(addr test) and $(v 'ip proto 6' 'ip6 proto 6')" -s 0 -Q in
}

# streams_equal [OPTION...]: of streams.py. When both servers have nothing left to say.
streams_equal() {
	local n
	for n in original copies; do
		capture_end $n
		! grep -E '^[1-9][0-9]* packets? dropped' "$T/$n.tcpdump" || fail "the capture $n lost packets"
	done
	/usr/bin/python3 "$WIRE/streams.py" "$@" "$T/original.pcap" "$T/copies.pcap" >"$T/streams.txt" 2>&1 || {
		cat "$T/streams.txt"
		fail "the streams differ: $(tail -1 "$T/streams.txt"), first $(head -1 "$T/streams.txt")"
	}
	note "$(tail -1 "$T/streams.txt")"
	rm -f "$T/original.pcap" "$T/copies.pcap"
}

# bad DIRECTION NETEM...: a bad network for what goes
#   to-test      to the test host: copies, and this end's datagrams
#   from-test    back: headers (answers are stolen before they come here)
#   from-client  from the client to the online host
# Only single segments are lost, not super-packets.
bad() {
	local way=$1 n=net dev=test
	shift
	case $way in
	from-test) n=test dev=eth0 ;;
	from-client) n=client dev=eth0 ;;
	esac
	tc -n $n qdisc replace dev $dev root netem limit 10000 "$@" || fail "netem $*"
}
good() {	# DIRECTION
	case $1 in
	from-test) tc -n test qdisc del dev eth0 root ;;
	from-client) tc -n client qdisc del dev eth0 root ;;
	*) tc -n net qdisc del dev test root ;;
	esac
}
# segments_only NAMESPACE...: what leaves it are packets of one segment. Behind streams_start where others
# send larger ones to it: libpcap trusts a device without offloads to receive none.
segments_only() { local n; for n; do ns "$n" ethtool -K eth0 tso off gso off >/dev/null; done; }

# no_end COUNTER...: no copy ended by any way but these and the ordinary ones
no_end() {
	local c allowed=" $* " v
	for c in end_refused end_no_synack end_timeout end_reset end_server_closed end_idle end_wait end_gap \
		end_shed end_reused end_unsupported queue_full no_memory memory_limit session_limit not_copying \
		tuple_taken malformed pace_timeout pace_off; do
		case $allowed in *" $c "*) continue ;; esac
		v=$(stat $c)
		[ "$v" = 0 ] || fail "$c is $v"
	done
}
tell() { local c out=''; for c; do out+="$c $(stat "$c"), "; done; note "${out%, }"; }

# sheet_exact: the balance of each target, when nothing is under way any more
sheet_exact() {
	# shellcheck disable=SC2317	# wait_for calls it
	adds_up() {
		local out
		out=$(ctl online -j show-stats) && [[ $out == *'"adds_up"'* ]] && ! grep -qE '"adds_up": *false' <<<"$out"
	}
	wait_for 30 "the balance sheet to add up" adds_up
}
copies_done() { wait_for 60 "the copies to end" no_connections test; }
memory_used() { ctl online -j show | tr ',{}' '\n\n\n' | sed -n 's/.*"memory_used":[[:space:]]*\([0-9]*\).*/\1/p'; }
raw() { ns client /usr/bin/python3 "$WIRE/raw.py" "$@"; }

# box_up OPTION...: raw.py's box is in the client's way to the online host ($AT) from now on
box_up() {
	ip netns exec client /usr/bin/python3 "$WIRE/raw.py" box eth0 "$@" >"$T/box.log" 2>&1 &
	BOX_PID=$!
	LAB_PIDS+=("$BOX_PID")
	wait_for 20 "the box in the client's way" grep -q ready "$T/box.log"
	ip -n client link set tun0 up mtu 1400	# room for options
	ip -n client route add "$(addr "${AT:-online}")" dev tun0 src "$(addr client)"
}
box_down() { kill "$BOX_PID" || fail "the box had ended: $(tail -1 "$T/box.log")"; wait "$BOX_PID" 2>/dev/null || true; }
