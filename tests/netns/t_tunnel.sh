#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Copies through GRE, VXLAN, WireGuard and IPsec, with their clients' addresses, and with --direct. None of them is on the
# wire as it is.
# when: all
# timeout: 300
. "$TCOPY_TOP/tests/netns/lib.sh"
. "$TCOPY_TOP/tests/netns/direct.sh"

declare -A INNER4=([online]=10.9.0.1 [test]=10.9.0.2) INNER6=([online]=fd09::1 [test]=fd09::2)
KEY=0x000102030405060708090a0b0c0d0e0f10111213
inner() {	# HOST: its address in the tunnel
	if [ "$KIND" = ipsec ]; then addr "$1"; elif [ "$FAMILY" = 4 ]; then echo "${INNER4[$1]}"; else echo "${INNER6[$1]}"; fi
}
bracket() { if [ "$FAMILY" = 4 ]; then echo "$1"; else echo "[$1]"; fi; }
peer_of() { if [ "$1" = online ]; then echo test; else echo online; fi; }

link_up() {	# HOST TYPE OPTION...
	local n=$1
	shift
	ip -n "$n" link add tun9 type "$@" || fail "a link of type $1"
	ip -n "$n" addr add "${INNER4[$n]}/24" dev tun9
	ip -n "$n" addr add "${INNER6[$n]}/64" dev tun9 nodad
	ip -n "$n" link set tun9 up
}
wireguard_up() {
	local n p
	for n in online test; do
		(umask 077 && wg genkey >"$T/$n.key")
		wg pubkey <"$T/$n.key" >"$T/$n.pub"
		link_up "$n" wireguard
	done
	for n in online test; do
		p=$(peer_of "$n")
		# the test host gets packets from any client, the online host from the test host alone
		ns "$n" wg set tun9 listen-port 51820 private-key "$T/$n.key" peer "$(cat "$T/$p.pub")" endpoint "$(hostport "$p" 51820)" \
			allowed-ips "$(if [ "$n" = test ]; then echo 0.0.0.0/0,::/0; else echo "${INNER4[test]}/32,${INNER6[test]}/128"; fi)" || fail "wg set"
	done
}
esp() { ip -n "$1" xfrm state add src "$2" dst "$3" proto esp spi "$4" reqid 9 mode tunnel aead 'rfc4106(gcm(aes))' $KEY 128 || fail "an IPsec state"; }
through() {	# HOST FROM TO SELECTOR...
	local n=$1 from=$2 to=$3
	shift 3
	ip -n "$n" xfrm policy add "$@" tmpl src "$from" dst "$to" proto esp reqid 9 mode tunnel || fail "an IPsec policy"
}
ipsec_up() {	# from any client to the test service, and from that to the online host
	local n a b any=0.0.0.0/0 dir
	a=$(addr online) b=$(addr test)
	[ "$FAMILY" = 4 ] || any=::/0
	for n in online test; do
		esp "$n" "$a" "$b" 0x901
		esp "$n" "$b" "$a" 0x902
		if [ "$n" = online ]; then dir='out in'; else dir='in out'; fi
		through "$n" "$a" "$b" src $any dst "$b" proto tcp dport 80 dir "${dir% *}"
		through "$n" "$b" "$a" src "$b" dst "$a" proto tcp sport 80 dir "${dir#* }"
	done
}
tunnel_up() {
	local n
	case $KIND in
	gre | vxlan)
		for n in online test; do
			set -- local "$(addr "$n")" remote "$(addr "$(peer_of "$n")")"
			[ "$KIND" = gre ] || set -- id 9 dstport 4789 "$@"
			if [ "$KIND$FAMILY" = gre6 ]; then link_up "$n" ip6gre "$@"; else link_up "$n" "$KIND" "$@"; fi
		done ;;
	*) "${KIND}_up" ;;
	esac
	wait_for 20 "the $KIND tunnel" ns online curl -gsf -m 2 -o /dev/null "http://$(bracket "$(inner test)")/s/"
}
tunnel_down() {
	local n
	for n in online test; do
		if [ "$KIND" = ipsec ]; then
			ip -n "$n" xfrm policy flush && ip -n "$n" xfrm state flush
		else
			ip -n "$n" link del tun9
		fi
	done
}
sources() { cut -d' ' -f4 "$T/test/access.log" | sort -u; }
copied() {	# SOURCE OPTION...
	local source=$1
	shift
	logs_clear online test
	ctl online add-target "$(bracket "$(inner test)"):80" --name "$KIND" "$@" || fail "add-target through $KIND"
	wait_for 20 "state copying through $KIND (it is $(target_field state): $(target_field reason))" state_is copying
	get 1 30 4 "/s/$KIND-"
	get 1 6 2 "/m/$KIND-"
	put 300000 2 2 "$KIND"
	same_logs 38 60
	[ "$(sources)" = "$source" ] || fail "copies through $KIND $* came from $(sources), not $source"
	wait_for 30 "the copies through $KIND to end" no_sessions
	sheet_ok
	ctl online del-target all || fail "del-target"
	note "$KIND $*: ok"
}

need_tcopy
command -v wg >/dev/null || skip "no wg"
lab_up
nginx_up online
nginx_up test
ghosts_start
# what comes out of IPsec is seen again on its way in
capture_start plain online "tcp and port 80 and not host $(addr client)" -s 128 -Q out
insmod "$KMOD/tcopy_intercept.ko" || fail "insmod tcopy_intercept.ko"
relay_start
insmod "$KMOD/tcopy.ko" || fail "insmod tcopy.ko"
ctl online set --cpu 100
kinds='gre vxlan wireguard ipsec'
# kernels with checkers have no IPsec
if [ "$SLOW" != 1 ] && ! ip -n online xfrm state >/dev/null 2>&1; then kinds=${kinds% *}; fi
for KIND in $kinds; do
	tunnel_up
	copied "$(inner online)" --direct
	ctl test add-intercept 80 || fail "add-intercept"
	copied "$(addr client)"
	ctl test del-intercept all || fail "del-intercept"
	wait_for 10 "the test server's connections to end" no_connections test
	tunnel_down
done
capture_end plain
[ -z "$(tcpdump -nr "$T/plain.pcap" 2>/dev/null)" ] || fail "copies that are in no tunnel: $(tcpdump -nr "$T/plain.pcap" 2>/dev/null | head -1)"
ghosts_none
