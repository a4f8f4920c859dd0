#!/bin/sh
# The runtime of steps, of the engines of docker-compose.yml and of the launcher alike. It takes from a container what leads to the
# engine or to other steps, gives it its place where memory runs out, and becomes runc. A container that it does not understand
# is not started (docs/adr/0064).
# `step-network.sh`, beside it, gets the network of a step ready.
#   STEP_RUNC    absolute path of runc; else the one that is found by its name
#   STEP_GROUPS  where control groups are mounted; else /sys/fs/cgroup
set -u

refuse() {
  echo "cooperage: this step does not start: $*" >&2
  exit 1
}

# The folder of the container, where this call of runc starts one.
starts='' bundle='' before=''
for argument; do
  case $before in --bundle | -b) bundle=$argument ;; esac
  case $argument in
  run | create | restore) starts=yes ;;
  --bundle=* | -b=*) bundle=${argument#*=} ;;
  esac
  before=$argument
done

# The text is JSON on one line, as Go writes it: a quotation mark within what a Dockerfile says is escaped. So each pattern
# below, which has some that are not, is found in the structure alone.
#   capabilities  With NET_RAW a step forges packets of other steps and of the gateway.
#   mounts, env   BuildKit gives each step a socket of its own, for traces. What comes in by it is kept in the engine's memory.
without_engine='
:middle
s/\("capabilities":{[^}]*\),"CAP_NET_RAW"/\1/
t middle
:first
s/\("capabilities":{[^}]*\)"CAP_NET_RAW",\{0,1\}/\1/
t first
/"destination":"\/dev\/otel-grpc\.sock"/{
s/,{"destination":"\/dev\/otel-grpc\.sock"[^}]*}//
s/,"TRACESTATE=[^"]*"],"cwd":/],"cwd":/
s/,"TRACEPARENT=[^"]*"],"cwd":/],"cwd":/
s/,"OTEL_EXPORTER_OTLP_TRACES_PROTOCOL=grpc"],"cwd":/],"cwd":/
s/,"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=unix:\/\/\/dev\/otel-grpc\.sock"],"cwd":/],"cwd":/
s/,"OTEL_TRACES_EXPORTER=otlp"],"cwd":/],"cwd":/
}'

# The profile of system calls has one rule for sockets (dockerd), or some that follow each other (BuildKit). Both allow families that no build
# needs, and netlink between processes (NETLINK_USERSOCK): what waits in such a socket is charged to nobody (docs/adr/0075). The kernel looks
# at the lower half of a number, a rule at all of it. So each rule names what it allows: families unix, inet and inet6; of netlink the
# protocols route, sock_diag, audit, uevent and generic. Sudo and useradd abort where they may not ask for audit.
allow() {
  printf '{"names":["socket"],"action":"SCMP_ACT_ALLOW","args":[{"index":0,"value":%s,"op":"SCMP_CMP_EQ"}' "$1"
  [ -z "${2-}" ] || printf ',{"index":2,"value":%s,"op":"SCMP_CMP_EQ"}' "$2"
  printf ']}'
}
families="$(allow 1),$(allow 2),$(allow 10),$(allow 16 0),$(allow 16 4),$(allow 16 9),$(allow 16 15),$(allow 16 16)"
given='{"names":\["socket"\],"action":"SCMP_ACT_ALLOW","args":\[{"index":0,"value":[0-9]*,"op":"SCMP_CMP_[A-Z]*"}\]}'

# In version 1 of control groups memory of sockets is charged to nobody, and one number bounds that of the whole machine. So each step
# has a bound of its own, for UDP too, in the group that runc then takes. Half of what all steps of the pool have.
bound_sockets() {
  groups=${STEP_GROUPS:-/sys/fs/cgroup}/memory
  [ -e "$groups/memory.kmem.tcp.limit_in_bytes" ] || return 0
  group=$(grep -o '"cgroupsPath":"[^"]*"' "$1" | cut -d '"' -f 4)
  case $group in *..* | *'
'*) refuse 'its control group is not understood.' ;; /?*) ;; *) refuse 'its control group is not understood.' ;; esac
  read -r _ total _ </proc/meminfo
  mkdir -p "$groups$group" && echo $((total * 1024 / 128 / 4096 * 4096)) >"$groups$group/memory.kmem.tcp.limit_in_bytes" ||
    refuse "the memory of its sockets cannot be bounded in $groups$group."
}

# The network of a step is there when these hooks are called, not before: dockerd makes it by one of its own. As JSON, and that for sed.
place=$(printf '%s/step-network.sh' "${0%/*}" | sed 's/["\\]/\\&/g; s/[\\&|]/\\&/g')
hooks="\"createRuntime\":[{\"path\":\"$place\"}]"
with_hook="
t hooks
:hooks
s|\"hooks\":{}|\"hooks\":{$hooks}|
t
s|\"hooks\":{|&$hooks,|
t
s|,\"linux\":{|,\"hooks\":{$hooks}&|"

if [ -n "$starts" ]; then
  config=$bundle/config.json
  (umask 077 && sed -e "$without_engine" -e "s/$given\(,$given\)*/$families/" -e "$with_hook" "$config" >"$config.new") || refuse "$config cannot be read and written."
  [ "$(grep -o '"createRuntime":\[{"path":' "$config.new" | wc -l)" -eq 1 ] && [ "$(grep -o '"createRuntime":' "$config.new" | wc -l)" -eq 1 ] ||
    refuse 'its hooks are not understood.'
  grep -q '"capabilities":{[^}]*}' "$config.new" || refuse 'its capabilities are not understood.'
  ! grep -q '"capabilities":{[^}]*NET_RAW' "$config.new" || refuse 'its capabilities are not understood.'
  grep -qF "\"seccomp\":{\"defaultAction\":\"SCMP_ACT_ERRNO\"," "$config.new" && grep -qF "$families" "$config.new" &&
    [ "$(grep -o '"names":\[[^]]*"socket"[],]' "$config.new" | wc -l)" -eq 8 ] || refuse 'its rules for sockets are not understood.'
  # Whatever a later engine mounts, and by whatever name.
  sockets=$(grep -o '"source":"[^"]*"' "$config.new" | cut -d '"' -f 4 | while IFS= read -r place; do [ ! -S "$place" ] || echo "$place"; done)
  [ -z "$sockets" ] || refuse "it would have a socket of this machine: $sockets"
  bound_sockets "$config.new"
  mv -f "$config.new" "$config" || refuse "$config cannot be written."
fi

# Where memory runs out, the kernel ends a step before its engine, and that before all others (proc(5)).
echo 1000 >/proc/self/oom_score_adj
exec "${STEP_RUNC:-$(command -v buildkit-runc || command -v runc)}" "$@"
