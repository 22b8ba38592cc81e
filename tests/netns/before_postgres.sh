#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Before the boot, since it takes a minute under emulation: a data directory of PostgreSQL with the tables of
# pgbench, for both servers of t_postgres.sh. Argument: where postgres.tar goes.
set -eu
out=$(realpath "$1")
PG=$(find /usr/lib/postgresql -maxdepth 2 -name bin | sort -V | tail -1)
as_postgres() { setpriv --reuid postgres --regid postgres --clear-groups "$@"; }

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chown postgres "$work"
cd "$work"
as_postgres "$PG/initdb" -D "$work/data" -U bench -A trust --locale=C --no-sync --wal-segsize=1
echo 'host all all all trust' >>data/pg_hba.conf
trap 'as_postgres "$PG/pg_ctl" -s -D "$work/data" -m immediate stop; rm -rf "$work"' EXIT
as_postgres "$PG/pg_ctl" -s -w -D "$work/data" -l "$work/log" -o "-c listen_addresses= -c unix_socket_directories=$work -c fsync=off" start
"$PG/pgbench" -h "$work" -U bench -d postgres -i -q
as_postgres "$PG/pg_ctl" -s -w -D "$work/data" -m fast stop
trap 'rm -rf "$work"' EXIT
tar -C "$work" --numeric-owner -cf "$out/postgres.tar" data
