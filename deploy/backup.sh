#!/bin/sh
# Copies an installation of docker-compose.yml into a new folder: deploy/backup.sh FOLDER
# The database, the registry, .env and secrets/: whoever has the folder has every key. Publishing waits meanwhile, so that database
# and registry tell of the same images; pushes are accepted and built. Redis is not part of it: it is made anew from the database.
set -eu
umask 077
[ $# -eq 1 ] || { echo 'usage: deploy/backup.sh FOLDER' >&2; exit 2; }
[ ! -e "$1" ] || { echo "backup: $1 is there already. Name a new folder." >&2; exit 1; }
part=$1.part
mkdir -p "$part"
part=$(cd "$part" && pwd)
cd "$(dirname "$0")/.."

# Control alone publishes, moves tags and deletes from the registry.
docker compose stop control >/dev/null 2>&1
trap 'docker compose start control >/dev/null 2>&1' EXIT
# dash runs no EXIT trap when a signal ends it.
trap 'exit 1' INT TERM HUP
docker compose exec -T postgres pg_dump --username=cooperage --format=custom cooperage >"$part/database.dump"
docker compose exec -T registry tar -C /var/lib/registry -cf - . >"$part/registry.tar"
tar -cf "$part/settings.tar" .env secrets
(cd "$part" && sha256sum database.dump registry.tar settings.tar >SHA256SUMS)
mv "$part" "${part%.part}"
echo "the backup is in ${part%.part}: $(du -sh "${part%.part}" | cut -f1). It holds every key of the installation."
