#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# MariaDB, which speaks first (a user without password: what a client answers to the scramble does not depend
# on it): statements over concurrent connections whose order among them does not matter; then CHECKSUM
# TABLE says the same of both servers.
# timeout: 300
# when: all
. "$TCOPY_TOP/tests/netns/lib.sh"
. "$TCOPY_TOP/tests/netns/services.sh"
SQL=(mariadb --no-defaults --batch --skip-ssl)

# Its default maximum is mapped whole, 8 TB, which is more than User Mode Linux has addresses for
mariadb_up() {
	serve "$1" root mariadbd --no-defaults --user=root --datadir="$T/$1/data" --port=3306 --bind-address="$(addr "$1")" \
		--socket="$T/$1/sock" --pid-file="$T/$1/pid" --skip-name-resolve --local-infile=1 \
		--init-file="$T/init.sql" --transaction-isolation=READ-COMMITTED \
		--innodb-log-file-size=4M --innodb-buffer-pool-size=16M \
		--loose-innodb-buffer-pool-size-max=64M --innodb-flush-method=fsync --innodb-flush-log-at-trx-commit=0 --innodb-fast-shutdown=2
	wait_for 60 "MariaDB in $1" "${SQL[@]}" -S "$T/$1/sock" -u root lab -e 'select 1 from shared'
}
# 4 clients: own rows in transactions, shared rows one statement at a time, a blob, a file, a prepared statement
script() {
	local me=$1 i k
	echo "SET SESSION group_concat_max_len = 100000;"
	for ((i = 1; i <= 60; i++)); do
		k=$((me * 1000 + i))
		echo "INSERT INTO own VALUES ($k, $((i * i)), REPEAT('row $k ', $((i % 40))));"
		echo "UPDATE shared SET n = n + $((i * me)) WHERE id = $((i % 8 + 1));"
		if ((i % 5 == 0)); then
			echo "BEGIN; UPDATE own SET v = v + 1 WHERE id = $k; UPDATE own SET v = v * 2 WHERE id BETWEEN $((k - 4)) AND $k; SELECT * FROM own WHERE id BETWEEN $((k - 4)) AND $k; COMMIT;"
		fi
		((i % 7)) || echo "DELETE FROM own WHERE id = $((k - 3));"
	done
	echo "INSERT INTO own VALUES ($((me * 1000)), 0, '$(head -c 150000 /dev/zero | tr '\0' "$me")');"
	echo "SELECT GROUP_CONCAT(t) FROM own WHERE id BETWEEN $((me * 1000)) AND $((me * 1000 + 999));"
	echo "LOAD DATA LOCAL INFILE '$T/load.$me' INTO TABLE own FIELDS TERMINATED BY ',';"
	echo "PREPARE p FROM 'UPDATE own SET v = v + ? WHERE id = ?'; SET @a = 7, @b = $((me * 1000 + 2)); EXECUTE p USING @a, @b; EXECUTE p USING @b, @b;"
	echo "SELECT COUNT(*), SUM(v) FROM own WHERE id BETWEEN $((me * 1000)) AND $((me * 1000 + 999));"
}
state() {
	"${SQL[@]}" -S "$T/$1/sock" -u root lab -e \
		'checksum table own, shared extended; select count(*), sum(v), sum(length(t)) from own; select * from shared'
}

need_tcopy
lab_up
unpack mariadb
cat >"$T/init.sql" <<'INIT'
CREATE DATABASE lab;
CREATE USER bench@'%';
GRANT ALL ON lab.* TO bench@'%';
CREATE TABLE lab.own (id INT PRIMARY KEY, v BIGINT, t MEDIUMTEXT) ENGINE=InnoDB;
CREATE TABLE lab.shared (id INT PRIMARY KEY, n BIGINT) ENGINE=InnoDB;
INSERT INTO lab.shared VALUES (1,0),(2,0),(3,0),(4,0),(5,0),(6,0),(7,0),(8,0);
INIT
mariadb_up online
mariadb_up test
for me in 1 2 3 4; do
	script $me >"$T/script.$me"
	seq -f "%g,1,of a file" $((me * 1000 + 300)) $((me * 1000 + 400)) >"$T/load.$me"
done

service_copying 3306
# shellcheck disable=SC2016	# expanded by the shell that it is for
clients bash -c 'cd "$1"; shift; pids=(); for me in 1 2 3 4; do "$@" <script.$me >client.$me 2>&1 & pids+=($!); done
	for p in ${pids[@]}; do wait $p || { tail -qn1 client.*; exit 1; }; done; tail -qn1 client.* | tr "\n" " "' \
	- "$T" "${SQL[@]}" -h "$(addr online)" -P 3306 -u bench --local-infile=1 lab
copied_cleanly 4
same_state 30 state
