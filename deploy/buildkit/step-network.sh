#!/bin/sh
# A hook of the runtime of steps (`createRuntime` of the OCI runtime specification). It runs when a step has its network and before it has
# a process, and gets the container's state as JSON. It leaves the step with its gateway alone beside it. What has the whole network
# beside it fills the table of neighbours, which the kernel has once for all networks of a machine (docs/adr/0072).
#   STEP_IP   ip(8); else the one that is found by its name
set -u
PATH=${PATH:+$PATH:}/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

refuse() {
  echo "cooperage: this step does not start: $*" >&2
  exit 1
}
ip() { if [ -n "${STEP_IP:-}" ]; then "$STEP_IP" "$@"; else command ip "$@"; fi; }

if [ "${1:-}" != inside ]; then
  state=$(cat)
  field() { printf '%s\n' "$state" | sed -n "s/.*\"$1\": *$2.*/\\1/p"; }
  config=$(field bundle '"\([^"]*\)"')/config.json
  network=$(grep -o '"type":"network","path":"[^"]*"' "$config" | cut -d '"' -f 8)
  # BuildKit names the network that it gives. Dockerd gives one to the process, by a hook of its own. The runtime closes that process to
  # whoever lacks SYS_PTRACE (namespaces(7)), as an engine of Compose does.
  if [ -z "$network" ] && grep -q '"prestart":\[' "$config"; then
    pid=$(field pid '\([0-9][0-9]*\)')
    [ -n "$pid" ] || refuse 'its process is not known.'
    network=/proc/$pid/ns/net
  fi
  if [ -z "$network" ]; then
    # One of its own, which nobody connects.
    grep -q '{"type":"network"}' "$config" || refuse 'its network is not understood.'
    exit 0
  fi
  exec nsenter -n"$network" /bin/sh "$0" inside
fi

# Spaces at the end differ between the programs.
routes() { ip -4 route show | sed 's/ *$//'; }
found=$(routes) || refuse 'its routes cannot be read.'
# A step without a network has none.
[ -n "$found" ] || exit 0
# shellcheck disable=SC2046
set -- $(echo "$found" | sed -n 's/^default via \([0-9.]*\) dev \([^ ]*\).*/\1 \2/p')
[ $# -eq 2 ] || refuse "its way out is not understood: $found"
gateway=$1 device=$2

ip -4 route replace "$gateway" dev "$device" scope link || refuse 'its gateway cannot have a route of its own.'
echo "$found" | grep -v '^default ' | while read -r network _; do
  [ "$network" = "$gateway" ] || ip -4 route del "$network" dev "$device" || exit 1
done || refuse 'the route of its network cannot be taken away.'
[ "$(routes | cut -d ' ' -f 1 | sort)" = "$(printf '%s\ndefault' "$gateway" | sort)" ] || refuse "its routes are not as they should be: $(routes)"

# The kernel gives an interface an address of IPv6 that has 2^64 others beside it. Steps have no use for it.
off=sys/net/ipv6/conf/$device/disable_ipv6
is_off() { [ ! -e "$1/$off" ] || [ "$(cat "$1/$off")" = 1 ]; }
switch_off() { (echo 1 >"$1/$off") 2>/dev/null && is_off "$1"; }
if ! is_off /proc && ! switch_off /proc; then
  # Docker mounts it read-only.
  unshare -m /bin/sh -c "mount -t proc proc /proc && echo 1 >/proc/$off" 2>/dev/null && is_off /proc || refuse 'its IPv6 cannot be switched off.'
fi
