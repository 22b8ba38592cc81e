#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# PostgreSQL, which speaks first: pgbench in each of its protocols, some transactions in the pipeline mode
# of the protocol, over concurrent connections; both servers start from the same data and end with the same.
# timeout: 300
# kernel: 6.1
. "$TCOPY_TOP/tests/netns/lib.sh"
. "$TCOPY_TOP/tests/netns/services.sh"
PG=$(find /usr/lib/postgresql -maxdepth 2 -name bin | sort -V | tail -1)
export PGUSER=bench PGDATABASE=postgres PGSSLMODE=disable PGGSSENCMODE=disable

postgres_up() {		# HOST DIR: the server of HOST on the data in DIR
	serve "$1" postgres "$PG/postgres" -D "$2" -p 5432 -c listen_addresses="$(addr "$1")" -c unix_socket_directories="$2" \
		-c fsync=off -c autovacuum=off -c shared_buffers=16MB -c max_connections=20 -c deadlock_timeout=60s
	wait_for 30 "PostgreSQL in $1" psql -h "$2" -c 'select 1'
}
state() {
	psql -h "$T/$1/data" -AtF ' ' <<-'SQL'
		select (select count(*) from pgbench_history), (select sum(delta) from pgbench_history),
			(select sum(abalance) from pgbench_accounts), (select sum(tbalance) from pgbench_tellers),
			(select sum(bbalance) from pgbench_branches);
		select tid, aid, delta, count(*) from pgbench_history group by 1, 2, 3 order by 1, 2, 3;
		select aid, abalance from pgbench_accounts where abalance <> 0 order by 1;
	SQL
}
bench() {	# PROTOCOL TRANSACTIONS [OPTION...]: so many by each of four clients
	local protocol=$1 count=$2
	shift 2
	clients "$PG/pgbench" -h "$(addr online)" -n -M "$protocol" --random-seed=42 -c 4 -t "$count" "$@"
	grep -q "^number of transactions actually processed: $((4 * count))/$((4 * count))\$" "$T/client.log" ||
		fail "transactions failed: $(grep transactions "$T/client.log")"
}

need_tcopy
lab_up
unpack postgres
chown postgres "$T/online" "$T/test"
postgres_up online "$T/online/data"
postgres_up test "$T/test/data"
cat >"$T/pipeline.sql" <<'SQL'
\set aid random(1, 100000)
\set tid random(1, 10)
\set delta random(-5000, 5000)
\startpipeline
BEGIN;
UPDATE pgbench_accounts SET abalance = abalance + :delta WHERE aid = :aid;
UPDATE pgbench_tellers SET tbalance = tbalance + :delta WHERE tid = :tid;
UPDATE pgbench_branches SET bbalance = bbalance + :delta WHERE bid = 1;
INSERT INTO pgbench_history (tid, bid, aid, delta, mtime) VALUES (:tid, 1, :aid, :delta, CURRENT_TIMESTAMP);
END;
\endpipeline
SQL

service_copying 5432
bench simple 20
bench extended 3 -C
bench prepared 20
bench extended 20 -f "$T/pipeline.sql"
# four connections and one that looks around; -C: one for each transaction
copied_cleanly 28
same_state 30 state
[ "$(cut -d' ' -f1 "$T/online.state" | head -1)" = 252 ] || fail "the history has $(cut -d' ' -f1 "$T/online.state" | head -1) rows, not 252"
