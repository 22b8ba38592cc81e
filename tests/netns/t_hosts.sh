#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Two online hosts copy to one test host: the requests of both reach it once; a connection that both
# claim belongs to the first, and harms nobody; one of them leaves under load and takes only its own
# copies along.
# when: all
# timeout: 500
. "$TCOPY_TOP/tests/netns/lib.sh"

both="online online2"
need_tcopy
lab_up
host_add online2 3
for n in online online2 test; do nginx_up $n; done
ghosts_start
test_host_up
for AT in $both; do online_host_up; done
for AT in $both; do wait_for 15 "$AT to copy" state_is copying; done
unset AT

# A client's port may be in use to both: then only one of them can be copied. Here clients differ.
two_clients
get 1 600 16 /s/ "${A[@]}" & a=$!
AT=online2 get 601 1200 16 /s/ "${B[@]}"
wait $a
get 1 5 4 /m/ "${A[@]}" -H 'Connection: close'
AT=online2 get 6 10 4 /m/ "${B[@]}" -H 'Connection: close'
get 2001 2200 8 /s/ "${A[@]}" -H 'Connection: close' & a=$!
AT=online2 get 2201 2400 8 /s/ "${B[@]}" -H 'Connection: close'
wait $a
FROM=$both same_logs 1610
for AT in $both; do sheet_ok; done
unset AT
# an answer that overtakes its OPEN waits for it, its SYN-ACK goes to both
note "relay: $(relay_stat opens) OPENs, $(relay_stat synack_to_all) SYN-ACKs to all, $(relay_stat held) answers held, $(relay_stat no_owner) of nobody"
opened=$(($(AT=online stat opened) + $(AT=online2 stat opened)))
[ "$(relay_stat opens)" -ge $opened ] || fail "$(relay_stat opens) OPENs of $opened connections"
[ "$(relay_stat conflicts)" = 0 ] || fail "$(relay_stat conflicts) conflicts without a connection of both"
[ "$(relay_stat no_owner)" = 0 ] || fail "$(relay_stat no_owner) answers went to nobody"

# Another relay knows of none of the connections: it is told with what is sent again.
logs_clear $both test
get 3001 4000 4 /s/ "${A[@]}" & a=$!
AT=online2 get 4001 5000 4 /s/ "${B[@]}" & b=$!
some() { [ "$(log_lines test)" -gt 100 ]; }
wait_for 20 "copies" some
relay_end KILL
relay_start
wait $a
wait $b
FROM=$both same_logs 2000 60
note "another relay: $(relay_stat opens) OPENs, $(relay_stat no_owner) answers of nobody"
for AT in $both; do wait_for 15 "$AT to copy" state_is copying; done
unset AT

# One client address and port to both online hosts, at the same time; and one after the other.
logs_clear $both test
cat >"$T/both.py" <<'PY'
import socket, sys
def conn(host, port):
    s = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.settimeout(60)
    s.bind(("", port))
    s.connect((host, 80))
    return s
def ask(s, name):
    s.sendall(b"GET /s/%s HTTP/1.1\r\nHost: x\r\n\r\n" % name.encode())
    got = b""
    while not got.endswith(b"a small answer\n"):
        d = s.recv(4096)
        if not d:
            sys.exit("no answer to " + name)
        got += d
    if not got.startswith(b"HTTP/1.1 200"):
        sys.exit(got)
a, b = sys.argv[1:3]
if sys.argv[3] == "both":
    first = conn(a, 5000)
    for i in range(10):
        ask(first, "first-%d" % i)
    second = conn(b, 5000)
    for i in range(10, 20):
        ask(second, "second-%d" % i)
        ask(first, "first-%d" % i)
    second.close()
    first.close()
else:
    s = conn(a, int(sys.argv[2]))
    ask(s, sys.argv[3])
    s.close()
PY
tuple() { ns client /usr/bin/python3 "$T/both.py" "$@" || fail "a client's request failed"; }
tuple "$(addr online)" "$(addr online2)" both
ONLY='^/s/first-' same_logs 20
[ "$(relay_stat conflicts)" -gt 0 ] || fail "a connection of both is not counted as a conflict"
for ((i = 0; i < 3; i++)); do
	tuple "$(addr online)" $((5001 + i)) "a$i"
	ONLY="^/s/a$i " same_logs 1
	wait_for 10 "the copy to close" no_connections test
	tuple "$(addr online2)" $((5001 + i)) "b$i"
	FROM=online2 ONLY="^/s/b$i " same_logs 1
	wait_for 10 "the copy to close" no_connections test
done
note "conflicts: $(relay_stat conflicts)"

# One leaves: only its own copies are reset.
AT=online2 wait_for 30 "the copy that was refused to end" no_sessions
logs_clear $both test
load_start 10 16 /s/a- "${A[@]}"
AT=online2 load_start 6 16 /s/b- "${B[@]}"
reset=$(stat end_reset)
ctl online2 del-target all || fail "del-target all"
AT=online2 load_end
load_end
ONLY='^/s/a-' same_logs "$(ONLY='^/s/a-' log_lines online)"
[ "$(stat end_removed)" = 0 ] || fail "$(stat end_removed) copies of the other host were removed"
[ "$(stat end_reset)" = "$reset" ] || fail "$(($(stat end_reset) - reset)) copies of the other host were reset"
wait_for 10 "the test server's connections to end" no_connections test
sheet_ok
ghosts_none
