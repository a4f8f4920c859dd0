#!/bin/sh
# Starts the engine of one pool in docker-compose.yml: rules first, then limits, then buildkitd. What cannot be put in force ends
# the start with a sentence; rules that are lost later and cannot be set again end the engine, and so does its builder when it asks.
# It runs as root of its container, without --privileged.
#   POOL                 trusted or untrusted
#   CONTROL_GROUP        path of the group, from the root of control groups, that has all its steps; the one above has those of all pools
#   BUILDS_MEMORY        bytes that the steps of all pools may use together; else three quarters of the machine's memory
#   BUILD_MEMORY         bytes (k, m, g) that all builds of the pool may use together
#   BUILD_CPUS           processors' worth of time, fractions allowed
#   BUILD_PIDS           processes and threads
#   BUILDER_UID          who may limit single builds, and ask for the end of the engine: the user of the builder
#   BUILD_DNS            name servers of steps, between commas; else those of the machine
#   BUILD_ALLOW          inner networks that builds may reach all the same (CIDR, between commas), such as a package mirror
#   FETCH_BYTES          what one connection of the engine itself may bring; 16 GiB where it is not set
#   STEP_CONNECTIONS     connections that all steps of the pool may have open, half of them one step; else 4096 to 8192, by the machine
#   SOCKET_PAGES         the third number of net.ipv4.tcp_mem and udp_mem of the machine, where somebody raised it (kernel-limits.sh)
#   BASE_MIRROR          registry without TLS that is asked before Docker Hub, host:port
#   BUILD_CACHE_BYTES    what the engine keeps, such as 20GB
set -eu

here=$(dirname "$0")
refuse() {
  echo "cooperage: this engine does not start: $*" >&2
  exit 1
}

# --- the network: where the engine and its steps get to --------------------------------------------------------------------
. "$here/network.sh"
set_rules

# --- limits: numbers of the whole machine, and the control group below which the engine puts all steps ----------------------------------------------------------
groups=/sys/fs/cgroup
group=$CONTROL_GROUP
bytes() { echo "$1" | awk '/^[0-9.]+[kKmMgG]?[bB]?$/ { n = $1 + 0; u = tolower($1); if (u ~ /k/) n *= 1024; if (u ~ /m/) n *= 1048576; if (u ~ /g/) n *= 1073741824; printf "%.0f", n }'; }
memory=$(bytes "$BUILD_MEMORY")
memory=$((${memory:-0} / 4096 * 4096))
[ "$memory" -ge 67108864 ] || refuse "BUILD_MEMORY is $BUILD_MEMORY; it is a size of at least 64m."
# As `memoryForBuilds` of the launcher: 2 GiB at least are left to the services, and half of a small machine to builds.
machine=$(($(sed -n 's/^MemTotal: *\([0-9]*\) kB/\1/p' /proc/meminfo) * 1024))
all=$((machine - machine / 4))
[ "$((machine / 4))" -ge 2147483648 ] || all=$((machine - 2147483648))
[ "$all" -ge "$((machine / 2))" ] || all=$((machine / 2))
[ -z "${BUILDS_MEMORY:-}" ] || all=$(bytes "$BUILDS_MEMORY")
all=$((${all:-0} / 4096 * 4096))
[ "$all" -ge 67108864 ] || refuse "BUILDS_MEMORY is $BUILDS_MEMORY; it is a size of at least 64m."
above=${group%/*}
[ "$above" != "$group" ] || refuse "CONTROL_GROUP is $group; it is the path of a group in one of all pools."
for program in step-runtime step-network; do [ -x "$here/$program.sh" ] || refuse "$here/$program.sh is no program: chmod 755 deploy/buildkit/$program.sh."; done
case ${SOCKET_PAGES:=0} in *[!0-9]*) refuse "SOCKET_PAGES is $SOCKET_PAGES; it is a number of pages." ;; esac
. "$here/kernel-limits.sh"
raise_limits "$all"
tell in-force
quota=$(echo "$BUILD_CPUS" | awk '/^[0-9.]+$/ { printf "%d", $1 * 100000 }')
[ "${quota:-0}" -ge 1000 ] || refuse "BUILD_CPUS is $BUILD_CPUS; it is a number of processors."

# Reads back: a limit that the kernel did not take is none.
limit() {
  echo "$3" >"$groups/$1/$2" 2>/dev/null || true
  [ "$(cat "$groups/$1/$2" 2>/dev/null)" = "$3" ] ||
    refuse "builds cannot be limited: $groups/$1/$2 does not take $3. Rootless Docker cannot limit builds; use Docker of root."
}
hand_over() {
  find "$1" -type d -exec chown "$BUILDER_UID" {} + 2>/dev/null || refuse "control groups cannot be given to the builder: $1."
  for file in "$1"/cgroup.procs "$1"/cgroup.subtree_control "$1"/cgroup.threads; do [ ! -e "$file" ] || chown "$BUILDER_UID" "$file"; done
}
# What an engine that was killed left behind. Its processes went with its container.
clear_steps() { find "$1" -mindepth 1 -depth -type d -exec rmdir {} + 2>/dev/null || true; }
# The engine sees its own group as the root: what it is told for its steps is the same in every pool, and counts into the keys of
# its cache. It replaces the mount, since runc takes the first one that it finds.
make_root() {
  mkdir -p /run/group
  mount --bind "$1" /run/group && umount "$2" && mount --bind /run/group "$2" && umount /run/group ||
    refuse "$1 cannot be mounted. It needs the capability SYS_ADMIN, and no AppArmor profile."
}

if [ -e "$groups/cgroup.controllers" ]; then
  version=2
  echo '+cpu +memory +pids +io' >"$groups/cgroup.subtree_control" 2>/dev/null || true
  mkdir -p "$groups/$group" 2>/dev/null || refuse "no control group can be made below $groups."
  clear_steps "$groups/$group"
  echo '+cpu +memory +pids +io' >"$groups/$above/cgroup.subtree_control" 2>/dev/null || true
  limit "$above" memory.max "$all"
  echo 0 >"$groups/$above/memory.swap.max" 2>/dev/null || true
  limit "$group" memory.max "$memory"
  limit "$group" pids.max "$BUILD_PIDS"
  limit "$group" cpu.max "$quota 100000"
  # Steps have what processors the engine leaves.
  echo 25 >"$groups/$group/cpu.weight" 2>/dev/null || true
  echo 0 >"$groups/$group/memory.swap.max" 2>/dev/null || true
  echo '+cpu +memory +pids +io' >"$groups/$group/cgroup.subtree_control"
  hand_over "$groups/$group"
  make_root "$groups/$group" "$groups"
else
  version=1
  for controller in memory pids cpu cpuacct; do
    mkdir -p "$groups/$controller/$group" 2>/dev/null || refuse "no control group can be made below $groups/$controller."
  done
  folders=$(find "$groups" -mindepth 1 -maxdepth 1 -type d)
  for folder in $folders; do
    mkdir -p "$folder/$group"
    clear_steps "$folder/$group"
  done
  # Memory and swap together may never be less than memory: the one is lifted before the other grows.
  echo -1 >"$groups/memory/$above/memory.memsw.limit_in_bytes" 2>/dev/null || true
  limit "memory/$above" memory.limit_in_bytes "$all"
  echo "$all" >"$groups/memory/$above/memory.memsw.limit_in_bytes" 2>/dev/null || true
  limit "memory/$group" memory.limit_in_bytes "$memory"
  echo "$memory" >"$groups/memory/$group/memory.memsw.limit_in_bytes" 2>/dev/null || true
  limit "pids/$group" pids.max "$BUILD_PIDS"
  # Of all steps of the pool; a single one has half of it (step-runtime.sh).
  [ ! -e "$groups/memory/memory.kmem.tcp.limit_in_bytes" ] ||
    limit "memory/$group" memory.kmem.tcp.limit_in_bytes $((machine / 64 / 4096 * 4096))
  limit "cpu/$group" cpu.cfs_quota_us "$quota"
  echo 256 >"$groups/cpu/$group/cpu.shares" 2>/dev/null || true
  for folder in $folders; do
    # A set of processors is empty until somebody fills it, and an empty one takes no process.
    for file in cpuset.cpus cpuset.mems; do
      for place in "$above" "$group"; do [ ! -e "$folder/$file" ] || cat "$folder/$file" >"$folder/$place/$file"; done
    done
    hand_over "$folder/$group"
    make_root "$folder/$group" "$folder"
  done
fi

# --- the engine ------------------------------------------------------------------------------------------------------------------
quoted() { sed 's/.*/"&"/' | paste -sd, -; }
settings=/run/buildkitd.toml
{
  cat <<TOML
root = "/var/lib/buildkit"
insecure-entitlements = []

[log]
level = "warn"

[cdi]
disabled = true

[dns]
nameservers = [$(echo "$servers" | quoted)]

[grpc]
address = ["unix:///run/buildkit/buildkitd.sock"]
uid = 0
gid = $BUILDER_UID

[otel]
socketPath = "/run/trace.sock"

[frontend."gateway.v0"]
enabled = false

[worker.containerd]
enabled = false

[worker.oci]
enabled = true
binary = "$here/step-runtime.sh"
networkMode = "cni"
cniConfigPath = "/run/steps.conflist"
cniBinaryPath = "/run/cni"
defaultCgroupParent = "/cooperage"
gc = true
maxUsedSpace = "${BUILD_CACHE_BYTES:-20GB}"

[registry."registry:$registry_port"]
http = true
TOML
  if [ -n "${BASE_MIRROR:-}" ]; then printf '\n[registry."docker.io"]\nmirrors = ["%s"]\n\n[registry."%s"]\nhttp = true\n' "$BASE_MIRROR" "$BASE_MIRROR"; fi
} >"$settings"
# A larger packet than the way out takes would get lost where ICMP is filtered.
mtu=$(cat "/sys/class/net/$(ip -4 route show default | sed -n 's/.* dev \([^ ]*\).*/\1/p')/mtu")
sed "s/\"mtu\": 1500/\"mtu\": $mtu/" "$here/steps.conflist" >/run/steps.conflist
# The image brings the plugins under names of its own, and one of them is looked for by its plain name.
mkdir -p /run/cni
for plugin in bridge host-local loopback; do
  path=$(command -v "buildkit-cni-$plugin") || refuse "the image has no buildkit-cni-$plugin."
  for name in "$plugin" "buildkit-cni-$plugin"; do ln -sf "$path" "/run/cni/$name"; done
done

echo "cooperage: the $POOL engine: control groups v$version, at most $BUILD_MEMORY memory, $BUILD_CPUS processors and $BUILD_PIDS processes for its steps, $((all / 1048576)) MiB with those of all pools" >&2
. "$here/asked-end.sh"
accept_asks
buildkitd --config "$settings" &
engine=$!
# The end of this process is that of all others in the container, steps among them.
trap 'exit 1' USR1
trap 'kill -TERM "$engine"' TERM INT
keep_rules $$ &
keep_asked $$ &
while kill -0 "$engine" 2>/dev/null; do wait "$engine" && code=0 || code=$?; done
exit "${code:-1}"
