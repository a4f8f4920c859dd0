#!/bin/sh
# Brings back what deploy/backup.sh kept, into a clone without an installation: deploy/restore.sh FOLDER
# The clone may be of a newer release: its migrations are applied. It ends with what deploy/orphans.sh finds.
set -eu
umask 077
refuse() { echo "restore: $*" >&2; exit 1; }
[ $# -eq 1 ] || { echo 'usage: deploy/restore.sh FOLDER' >&2; exit 2; }
from=$(cd "$1" && pwd) || refuse "$1 is no folder."
cd "$(dirname "$0")/.."
(cd "$from" && sha256sum --check --quiet SHA256SUMS) || refuse "$from is not whole. Nothing was changed."
# Settings of this machine stay where there are some; the keys have to be those of the backup.
[ -e .env ] || tar -xf "$from/settings.tar" .env
[ -e secrets ] || tar -xf "$from/settings.tar" secrets
for name in ENCRYPTION_KEY SIGNING_ENCRYPTION_KEY SECRET_KEY; do
  kept=$(tar -xOf "$from/settings.tar" .env | grep "^$name=" | tail -n 1)
  [ "$(grep "^$name=" .env | tail -n 1)" = "$kept" ] || refuse "$name in .env is another than the backup's. Nothing was changed."
done

docker compose up --detach --wait postgres registry
tables=$(docker compose exec -T postgres psql --username=cooperage -Atc "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'" cooperage)
[ "$tables" = 0 ] || refuse 'the database is not empty. Nothing was changed.'
[ -z "$(docker compose exec -T registry find /var/lib/registry -mindepth 1 -maxdepth 1)" ] || refuse 'the registry is not empty. Nothing was changed.'
docker compose exec -T registry tar -C /var/lib/registry -xf - <"$from/registry.tar"
# Who may do what is in prisma/roles.sql, which comes with the migrations.
# The policies of its tables name these roles, so they are there first; they get passwords and rights with the migrations.
for role in cooperage_builder cooperage_builder_untrusted cooperage_api cooperage_control; do
  echo "SELECT 'CREATE ROLE $role LOGIN' WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '$role') \\gexec"
done | docker compose exec -T postgres psql --username=cooperage --quiet --set=ON_ERROR_STOP=1 cooperage
docker compose exec -T postgres pg_restore --username=cooperage --dbname=cooperage --no-owner --no-privileges --single-transaction --exit-on-error <"$from/database.dump"
# What was revoked since the backup must not come back with it: everybody signs in again, and links that were sent work no more.
echo "DELETE FROM session; DELETE FROM verification; DELETE FROM invitation WHERE status = 'pending'" |
  docker compose exec -T postgres psql --username=cooperage --quiet --set=ON_ERROR_STOP=1 cooperage
docker compose restart registry >/dev/null 2>&1
# Named, since whoever waits for all waits for the migrations too, which end.
docker compose up --detach --wait registry-proxy api live control builder builder-untrusted web
deploy/orphans.sh
echo 'restore: API tokens, members and signing keys are those of the backup. Revoke again what was revoked since; the audit of then is not here.'
