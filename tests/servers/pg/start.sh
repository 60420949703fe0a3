#!/bin/bash
# A throw-away PostgreSQL cluster (15 on Debian 12). As root it runs as user postgres; no system service is used.
# usage: start.sh DIR      PGBIN = folder of another version's programs
# Superuser postgres, no password on 127.0.0.1. Gives PARVIS_TEST_POSTGRES, an address of database postgres: a test creates a database of its own there.
# fsync, synchronous_commit and full_page_writes are off: good for tests of behaviour, never for tests of durability or speed.
set -eu
. "$(dirname "$0")/../lib.sh"
work pg "${1:-}"
[ -n "${PGBIN:-}" ] || need pg
bin=${PGBIN:-$(ls -d /usr/lib/postgresql/*/bin | sort -V | tail -1)}
port=$(free_port)
mkdir "$R/sock"
as_postgres() { "$@"; }
if [ "$(id -u)" = 0 ]; then
  as_postgres() { runuser -u postgres -- "$@"; }
  chown -R postgres: "$R"
fi
cd /
as_postgres "$bin/initdb" -D "$R/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync > "$R/initdb.log"
as_postgres "$bin/pg_ctl" -D "$R/data" -l "$R/server.log" -w -t 60 start -o "-p $port -k $R/sock -c listen_addresses=127.0.0.1 \
  -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c shared_buffers=64MB -c max_connections=200" > "$R/start.log" < /dev/null || {
  cat "$R/start.log" "$R/server.log" >&2
  exit 1
}
head -1 "$R/data/postmaster.pid" > "$R/main.pid"
echo "PARVIS_TEST_POSTGRES=postgresql://postgres@127.0.0.1:$port/postgres"
