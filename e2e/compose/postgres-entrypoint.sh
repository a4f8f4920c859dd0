#!/bin/sh
# As much of the official image's entry point as docker-compose.yml uses: the first start makes the cluster, its owner and database.
set -eu
if [ ! -e "$PGDATA/complete" ]; then
  rm -rf "$PGDATA"
  mkdir -p "$PGDATA"
  printf '%s' "$POSTGRES_PASSWORD" >/tmp/password
  initdb --username="$POSTGRES_USER" --pwfile=/tmp/password --auth-host=scram-sha-256 --auth-local=trust --encoding=UTF8 --locale=C >/dev/null
  rm /tmp/password
  echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
  pg_ctl -w -o "-c listen_addresses=" start >/dev/null
  createdb --host=/var/run/postgresql --username="$POSTGRES_USER" "$POSTGRES_DB"
  pg_ctl -w -m fast stop >/dev/null
  touch "$PGDATA/complete"
fi
exec "$@" -c listen_addresses='*'
