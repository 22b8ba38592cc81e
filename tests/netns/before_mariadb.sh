#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Before the boot, since it takes a minute under emulation: a data directory of MariaDB for both servers of
# t_mariadb.sh. Argument: where mariadb.tar goes.
set -eu
out=$(realpath "$1")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mariadb-install-db --no-defaults --user=root --datadir="$work/data" --auth-root-authentication-method=normal \
	--skip-test-db --skip-name-resolve --innodb-log-file-size=4M
tar -C "$work" --numeric-owner -cf "$out/mariadb.tar" data
