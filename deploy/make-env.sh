#!/bin/sh
# Writes .env and secrets/ for docker-compose.yml, with every key. It may be run again, after an upgrade for example: it adds
# what is missing and changes nothing that is there. It needs openssl.
set -eu
umask 077
cd "$(dirname "$0")/.."
command -v openssl >/dev/null || { echo 'make-env: openssl is missing. Install it, then try again.' >&2; exit 1; }

[ -e .env ] || sed '1,2d' .env.example >.env
added=
for name in $(sed -n 's/^\([A-Z_]*\)=.*/\1/p' .env.example); do
  if grep -q "^$name=." .env; then continue; fi
  value=$(sed -n "s/^$name=//p" .env.example)
  # 32 bytes; in hexadecimal they need no quotes in an address.
  [ -n "$value" ] || value=$(openssl rand -hex 32)
  if grep -q "^$name=" .env; then sed -i "s/^$name=\$/$name=$value/" .env; else printf '%s=%s\n' "$name" "$value" >>.env; fi
  added="$added $name"
done

mkdir -p secrets
if [ ! -e secrets/registry-token.key ] || [ ! -e secrets/registry-token.crt ]; then
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -subj /CN=cooperage \
    -keyout secrets/registry-token.key.part -out secrets/registry-token.crt.part 2>/dev/null
  # Processes in containers read them as users of their own; on the machine the folder keeps others out.
  chmod 644 secrets/registry-token.key.part secrets/registry-token.crt.part
  mv secrets/registry-token.key.part secrets/registry-token.key
  mv secrets/registry-token.crt.part secrets/registry-token.crt
  added="$added secrets/registry-token.{key,crt}"
fi

if [ -n "$added" ]; then echo "added:$added"; else echo 'nothing was missing'; fi
echo "The first administrator signs in with the token of COOPERAGE_SETUP_TOKEN in .env. Keep .env and secrets/ with your backups."
