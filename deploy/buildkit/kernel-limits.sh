# Numbers of the kernel that one build could use up for the whole machine, for start.sh (docs/adr/0072).
#   raise_limits BYTES   raises them until the memory of all builds, which is BYTES, ends first; never lowers. `unraised` has the
#                        names of those that are too small all the same, or bound what the kernel charges to nobody
#   SOCKET_PAGES         what the third number of net.ipv4.tcp_mem and udp_mem of the machine is at least. No container sees it
# For tests: KERNEL_PROC and KERNEL_GROUPS in place of /proc and /sys/fs/cgroup.

# Name, and bytes of memory of a step that one takes at least. As kernel-limits.ts of the launcher.
counted_limits='fs.epoll.max_user_watches:100 fs.inotify.max_user_watches:40 fs.inotify.max_user_instances:256 fs.file-max:128'

is_raised() { [ "$(cat "$1/$2" 2>/dev/null || echo 0)" -ge "$3" ]; }
raise_limit() {
  if is_raised "${KERNEL_PROC:-/proc}" "$1" "$2"; then return; fi
  if (echo "$2" >"${KERNEL_PROC:-/proc}/$1") 2>/dev/null && is_raised "${KERNEL_PROC:-/proc}" "$1" "$2"; then return; fi
  # Docker mounts it read-only.
  mkdir -p /run/own-proc && mount -t proc proc /run/own-proc 2>/dev/null || return 1
  (echo "$2" >"/run/own-proc/$1") 2>/dev/null && is_raised /run/own-proc "$1" "$2" && set=0 || set=1
  umount /run/own-proc
  return $set
}

# Whether the kernel was started without charging it: nosocket, nokmem.
is_uncharged() { grep -Eq "(^| )cgroup[.]memory=[^ ]*$1" "${KERNEL_PROC:-/proc}/cmdline" 2>/dev/null; }

raise_limits() {
  unraised=
  for each in $counted_limits; do
    name=${each%:*}
    # What nobody is charged for has this one bound.
    if is_uncharged nokmem; then
      unraised="$unraised $name"
      continue
    fi
    least=$(($1 / ${each#*:}))
    [ "$least" -le 2147483647 ] || least=2147483647
    raise_limit "sys/$(echo "$name" | tr . /)" "$least" || unraised="$unraised $name"
  done
  if [ -e "${KERNEL_GROUPS:-/sys/fs/cgroup}/cgroup.controllers" ]; then
    # In version 2 memory of sockets is charged to the step, and the number of the machine has to be larger.
    { ! is_uncharged nosocket && [ "${SOCKET_PAGES:-0}" -ge $(($1 / 4096)) ]; } || unraised="$unraised net.ipv4.tcp_mem net.ipv4.udp_mem"
  elif [ ! -e "${KERNEL_GROUPS:-/sys/fs/cgroup}/memory/memory.kmem.tcp.limit_in_bytes" ]; then
    unraised="$unraised memory.kmem.tcp.limit_in_bytes"
  fi
  [ -z "$unraised" ] || echo "cooperage: a build can use up for the whole machine what these bound:$unraised. docs/operations.md says how to raise them." >&2
}
