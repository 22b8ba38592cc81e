#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# tcopy_intercept.ko by its netlink interface alone: refusals, binding, draining, unloading.
# kernel: 6.12
# families: 4
# timeout: 300
. "$TCOPY_TOP/tests/netns/lib.sh"
. "$TCOPY_TOP/tests/netns/icept.sh"

lab_up
icept_load
[ -z "$(icept get)" ] || fail "a fresh namespace has intercepts"
hooks_are 0

# every message that must be refused is, and leaves nothing behind
icept refuse || fail "see above"
[ -z "$(icept get)" ] || fail "a refused ADD left an intercept"
hooks_are 0
ns test setpriv --bounding-set=-net_admin /usr/bin/python3 "$ICEPT" stats >"$T/out" && fail "STATS without CAP_NET_ADMIN"
grep -q ^EPERM "$T/out" || fail "without CAP_NET_ADMIN: $(cat "$T/out")"

# ADD, and what GET says of it
icept add 80 10.9.0.0/16 fd09::/64 0.0.0.0/32 , add 443
[ "$(icept_field port)" = "80 443" ] || fail "GET: $(icept get)"
[ "$(icept_field pass)" = 10.9.0.0/16,fd09::/64,0.0.0.0/32 ] || fail "GET: $(icept get)"
hooks_are 2
refused EEXIST 'delete the intercept first' add 80
ns test sysctl -qw net.ipv4.ip_local_reserved_ports=40000
icept add 40000 , del 40000 force
[ "$(ns online /usr/bin/python3 "$ICEPT" get)" = "" ] || fail "an intercept shows in another namespace"

# one relay a namespace; a dead one is unbound
relay1=$(icept_bind 1)
[ "$(icept_stat relay)" = 1 ] || fail "not bound: $(icept stats)"
ns test timeout 10 /usr/bin/python3 "$ICEPT" bind >"$T/out" && fail "a second relay was bound"
grep -q '^EBUSY: another relay' "$T/out" || fail "a second relay: $(cat "$T/out")"
NS=online icept_bind 2 >/dev/null	# another namespace, another relay
kill -9 "$relay1"
wait_for 10 "the dead relay's unbinding" icept_relay_is 0
icept_bind 3 >/dev/null
icept_relay_is 1 || fail "no relay after the dead one"

# draining: refused to come back, leaves when no copy is left, but not before online hosts have been told;
# others stay. When the relay has gone nobody is told: 18 seconds (below)
icept del 80 , get , add 80 , del 80 , gone 80 , get >"$T/out" && fail "ADD while draining was not refused"
cat "$T/out"
sed -n 1p "$T/out" | grep -q '^port=80 state=draining' || fail "not draining: $(cat "$T/out")"
sed -n 2p "$T/out" | grep -q '^port=443 state=intercepting' || fail "DEL of 80 drained 443: $(cat "$T/out")"
sed -n 3p "$T/out" | grep -q '^EBUSY: .*draining' || fail "ADD while draining: $(cat "$T/out")"
ms=$(sed -n 4p "$T/out")
{ [ "$ms" -gt 1000 ] && [ "$ms" -lt 5000 ]; } || fail "draining took $ms ms"
sed -n 5p "$T/out" | grep -q '^port=443 ' || fail "443 went as well: $(cat "$T/out")"
hooks_are 2
[ -z "$(icept add 80 , del 80 , del 80 force , del 443 , del all force , get)" ] || fail "force did not remove a draining intercept"
hooks_are 0
icept add 80 , add 443
rmmod tcopy_intercept 2>/dev/null && fail "rmmod with an intercept: answers would get out"
icept del all force
hooks_are 0

# with an address: one more of the same port, hooked where packets are forwarded as long as there is one
icept add 80 , add 80 addr=10.9.0.1 quiet=5 , add 80 addr=fd09::1
[ "$(icept_field addr)" = "10.9.0.1 fd09::1" ] || fail "GET: $(icept get)"
[ "$(icept_field quiet)" = "5 60" ] || fail "GET: $(icept get)"
hooks_are 4
refused EEXIST 'delete the intercept first' add 80 addr=fd09::1
icept del 80 force
hooks_are 0
[ -z "$(icept get)" ] || fail "intercepts left: $(icept get)"

# --for: it drains by itself
while read -r pid; do kill "$pid" 2>/dev/null || true; done <"$T/relays"
rm "$T/relays"
wait_for 10 "the relay's unbinding" icept_relay_is 0
icept add 80 for=2 , add 443 for=100 , gone 80 , get >"$T/out"
ms=$(sed -n 1p "$T/out")
{ [ "$ms" -gt 4000 ] && [ "$ms" -lt 28000 ]; } || fail "for=2 took $ms ms with its drain, behind the relay's end"
sed -n 2p "$T/out" | grep -q '^port=443 state=intercepting .*for=[5-9][0-9]' || fail "for=100: $(cat "$T/out")"
icept add 80 , del 80 , gone 80 >"$T/out"
ms=$(sed -n 1p "$T/out")
[ "$ms" -lt 6000 ] || fail "without a relay for long, and so without copies, the drain took $ms ms"
icept del all force
[ -z "$(icept get)" ] || fail "intercepts left: $(icept get)"

# many, in order, over several messages of the dump
for ((i = 1; i <= 300; i++)); do echo $i; done >"$T/want"
ns test /usr/bin/python3 - "$ICEPT" <<'PY'
import importlib.util, struct, sys
spec = importlib.util.spec_from_file_location('icept', sys.argv[1])
icept = importlib.util.module_from_spec(spec)
spec.loader.exec_module(icept)
f = icept.Family()
for port in range(300, 0, -1):
    f.ask(icept.CMD_ADD, icept.attr(icept.A_PORT, struct.pack('H', port)) + icept.prefix_attr('fd09::/64') * 32)
PY
icept get | sed 's/port=\([0-9]*\) .*/\1/' >"$T/got"
cmp "$T/want" "$T/got" || fail "a long dump differs"

# the end of a namespace ends its intercepts, drain and all, and the module can go
ip netns add gone
NS=gone icept add 80 , add 81 , del 81
ip netns del gone
icept del all force
wait_for 20 "the module to be free" module_is_free
rmmod tcopy_intercept || fail "rmmod"
icept_load
icept add 80 , del all force
