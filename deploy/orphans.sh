#!/bin/sh
# Compares the registry of docker-compose.yml with the database, and changes nothing. It names images that the database has and the
# registry lacks (exit code 1), and tags and repositories that the registry has and no row of the database explains.
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rows() { docker compose exec -T postgres psql --username=cooperage --no-align --tuples-only --command="$1" cooperage | sort -u; }
root=/var/lib/registry/docker/registry/v2/repositories
stored() { docker compose exec -T registry find "$root" -path "$1" 2>/dev/null | sed "s#^$root/##" || true; }
projects='FROM project p JOIN organization o ON o.id = p.organization_id'

rows "SELECT o.slug || '/' || p.slug || '@' || i.digest FROM image i JOIN project p ON p.id = i.project_id JOIN organization o ON o.id = p.organization_id" >"$work/images"
stored '*/_manifests/revisions/sha256/*/link' | sed 's#/_manifests/revisions/sha256/\(.*\)/link$#@sha256:\1#' | sort -u >"$work/manifests"
rows "SELECT o.slug || '/' || p.slug || ':' || t.tag FROM image_tag t JOIN project p ON p.id = t.project_id JOIN organization o ON o.id = p.organization_id" >"$work/tags"
stored '*/_manifests/tags/*/current/link' | sed 's#/_manifests/tags/\(.*\)/current/link$#:\1#' | sort -u >"$work/stored-tags"
rows "SELECT o.slug || '/' || p.slug $projects UNION SELECT 'staging/' || p.id || '/' || z $projects, unnest(ARRAY['protected', 'branch', 'fork']) z UNION SELECT 'cache/' || p.id $projects" >"$work/names"

# Signatures lie at a tag that is made of the digest of their image: theirs is known where the image is.
signs() { sed 's#^\(.*\):sha256-\([0-9a-f]\{64\}\).*$#\1@sha256:\2#'; }
lost=$(comm -23 "$work/images" "$work/manifests")
orphans=$(
  grep -v '^cache/\|^staging/' "$work/stored-tags" | comm -23 - "$work/tags" | while read -r tag; do
    grep -qxF "$(echo "$tag" | signs)" "$work/images" || echo "tag $tag"
  done
  sed 's#@.*##' "$work/manifests" | sort -u | comm -23 - "$work/names" | grep -v '^cache/' | sed 's#^#repository #' || true
)
[ -z "$orphans" ] || printf 'in the registry without a row in the database:\n%s\n' "$orphans"
[ -n "$lost" ] || { echo "every image of the database is in the registry: $(wc -l <"$work/images" | tr -d ' ')"; exit 0; }
printf 'in the database and not in the registry:\n%s\n' "$lost"
exit 1
