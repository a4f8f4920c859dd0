#!/bin/sh
# Copies an installation of docker-compose.yml into a new folder: deploy/backup.sh FOLDER
# The database, the registry, .env and secrets/: whoever has the folder has every key. Control stands still meanwhile, so that database
# and registry tell of the same images: docs/operations.md says what waits. Redis is not part of it: it is made anew from the database.
set -eu
umask 077
[ $# -eq 1 ] || { echo 'usage: deploy/backup.sh FOLDER' >&2; exit 2; }
folder=${1%/}
[ ! -e "$folder" ] || { echo "backup: $folder is there already. Name a new folder." >&2; exit 1; }
mkdir -p "$(dirname "$folder")"
mkdir "$folder.part" || { echo "backup: $folder.part belongs to a backup that runs or was killed. Remove it if none runs." >&2; exit 1; }
part=$(cd "$folder.part" && pwd)
cd "$(dirname "$0")/.."

# Nothing is left of a backup that fails: it holds keys, and is not whole.
trap 'docker compose start control >/dev/null 2>&1 || true; rm -rf "$part"' EXIT
# dash runs no EXIT trap when a signal ends it.
trap 'exit 1' INT TERM HUP
# Control alone publishes, moves tags and deletes from the registry.
docker compose stop control >/dev/null 2>&1
docker compose exec -T postgres pg_dump --username=cooperage --format=custom cooperage >"$part/database.dump"
# Builders push meanwhile. Uploads under way come and go while they are read, and a restore has no use for them. A tag may be named
# _uploads too: it is below _manifests, which is taken whole.
docker compose exec -T registry sh -euc '
  cd /var/lib/registry
  whole=$(find . -path ./docker/registry/v2/blobs -prune -print -o -name "_*" -prune ! -name _uploads -print)
  printf "%s\n" "${whole:-.}" | tar -cf - -T -' >"$part/registry.tar"
tar -cf "$part/settings.tar" .env secrets
(cd "$part" && sha256sum database.dump registry.tar settings.tar >SHA256SUMS)
mv "$part" "${part%.part}"
echo "the backup is in ${part%.part}: $(du -sh "${part%.part}" | cut -f1). It holds every key of the installation."
