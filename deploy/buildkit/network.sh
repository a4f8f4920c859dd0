# The network rules of an engine of docker-compose.yml, for start.sh, which says `refuse`, and where it lies (`here`).
#   set_rules          puts them in force, or refuses
#   keep_rules PID     looks after them every two seconds for as long as the process lives; sends it USR1 where they cannot be set again
# RULES_NOTE is the file in which builders read how the rules stand (COOPERAGE_ENGINE_RULES).

registry_port=5000
subnet=198.18.0.0/22
rules=${RULES_FOLDER:-/run/network-rules}
note=${RULES_NOTE:-/run/buildkit/rules.json}

# The servers behind Docker's own at 127.0.0.11, which no step can reach.
docker_upstreams() { sed -n 's/^# ExtServers: \[\(.*\)\]$/\1/p' /etc/resolv.conf | tr ' ()' '\n\n\n'; }
name_servers() {
  if [ -n "${BUILD_DNS:-}" ]; then echo "$BUILD_DNS" | tr ', ' '\n\n'; else
    docker_upstreams
    sed -n 's/^nameserver  *//p' /etc/resolv.conf
  fi | grep -E '^[0-9.]+$' | grep -v '^127\.' | sort -u
}
closed_ranges() { grep -E '^[0-9a-f:]' "$here/../network/$1" || refuse "$1 is empty."; }
networks_of() { ip "-$1" -o addr show scope global | awk '$2 != "steps" { print $4 }'; }

# TCP is refused by a reset, the rest by an ICMP error: a dropped packet lets each connect hang for minutes.
reject() {
  echo "-A $* -p tcp -j REJECT --reject-with tcp-reset"
  echo "-A $* -j REJECT"
}
# No transfer is longer than what fits into an engine. The service's own registry stands before this rule.
too_long() { echo "-A OUTPUT -p tcp -m connbytes --connbytes ${FETCH_BYTES:-17179869184}: --connbytes-dir reply --connbytes-mode bytes -j REJECT --reject-with tcp-reset"; }
answers='-m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT'

# What steps may have open: the kernel's table of connections is one for the whole machine. Numbers and rules as those of the launcher
# (connection-bounds.ts, step-connections.ts; ADR 65).
count_connections() {
  table=$(cat /proc/sys/net/netfilter/nf_conntrack_max 2>/dev/null || echo 65536)
  together=$((table / 32))
  [ "$together" -ge 4096 ] || together=4096
  [ "$together" -le 8192 ] || together=8192
  together=${STEP_CONNECTIONS:-$together}
  case $together in *[!0-9]* | 0*) refuse "STEP_CONNECTIONS is $together; it is a number of connections." ;; esac
  each=$(((together + 1) / 2))
  little=$((together / 512))
  [ "$little" -ge 4 ] || little=4
}
begins='-m conntrack --ctstate NEW'
# What is begun too fast is dropped, so that it comes about a second later; what is too many is refused.
pace() { echo "-A COUNT $begins -m hashlimit --hashlimit-name $1 $3 --hashlimit-above $(($2 / 40 + 1))/sec --hashlimit-burst $2 --hashlimit-htable-expire 60000 -j DROP"; }
number() { echo "-A COUNT $begins -m connlimit --connlimit-above $1 --connlimit-mask $2 -j FULL"; }
in_order() {
  echo "-A STEPS ! -s $subnet -j DROP"
  # An answer to one that is out of place would end the connection that it looks like.
  echo '-A STEPS -m conntrack --ctstate INVALID -j DROP'
  echo "-A STEPS -p tcp ! --syn $begins -j REJECT --reject-with tcp-reset"
  [ -n "$bounded" ] || return 0
  pace each "$each" '--hashlimit-mode srcip'
  # What begins little gets through beside a step that begins too much.
  echo "-A COUNT $begins -m hashlimit --hashlimit-name little --hashlimit-mode srcip --hashlimit-upto $((little * 3 / 4))/min --hashlimit-burst $little --hashlimit-htable-expire 120000 -m connlimit --connlimit-upto $little --connlimit-mask 32 -j RETURN"
  pace together "$together" ''
  number "$each" 32
  number "$together" 0
  reject FULL
}
# Idle connections stay in this network's table for twelve hours, not five days: one that a step left behind counts until then.
forget_idle() {
  idle=sys/net/netfilter/nf_conntrack_tcp_timeout_established
  [ "$(cat /proc/$idle 2>/dev/null || echo 0)" -gt 43200 ] || return 0
  if (echo 43200 >/proc/$idle) 2>/dev/null; then return; fi
  # Docker mounts it read-only.
  mkdir -p /run/own-proc && mount -t proc proc /run/own-proc 2>/dev/null || return 1
  (echo 43200 >/run/own-proc/$idle) 2>/dev/null && set=0 || set=1
  umount /run/own-proc
  return $set
}

# One list for both: what the engine itself fetches (FROM, ADD, git) goes the same way as what steps fetch. The address counts that is
# connected to. No packet goes out only because an earlier one did: what is open when the rules come back is cut.
rules_4() {
  echo '*filter'
  printf ':%s DROP [0:0]\n' INPUT FORWARD OUTPUT
  printf ':%s - [0:0]\n' OUTWARD STEPS COUNT FULL
  in_order
  # Comes back with what may go out.
  for server in $servers; do for kind in udp tcp; do echo "-A OUTWARD -d $server -p $kind --dport 53 -j RETURN"; done; done
  for network in $allowed; do echo "-A OUTWARD -d $network -j RETURN"; done
  for network in $closed_4; do reject OUTWARD -d "$network"; done

  # Answers come from outside: nothing that a step sends is one, neither to the engine nor to another step.
  echo "-A INPUT ! -i steps $answers"
  echo '-A INPUT -i lo -j ACCEPT'
  reject INPUT

  echo "-A FORWARD ! -i steps -o steps $answers"
  echo '-A FORWARD -i steps ! -o steps -j STEPS'
  echo '-A FORWARD -i steps ! -o steps -j OUTWARD'
  # What is refused for where it goes is not counted, so that it uses up nothing.
  echo '-A FORWARD -i steps ! -o steps -j COUNT'
  echo '-A FORWARD -i steps ! -o steps -j ACCEPT'
  reject FORWARD

  # The resets and errors by which connections are refused.
  echo '-A OUTPUT -m conntrack --ctstate RELATED -j ACCEPT'
  # Docker answers names here, inside of this network namespace. Nothing else of it is any of the engine's business.
  echo '-A OUTPUT -o lo -d 127.0.0.11 -j ACCEPT'
  echo '-A OUTPUT -o lo -s 127.0.0.11 -m conntrack --ctstate ESTABLISHED -j ACCEPT'
  for network in $(networks_of 4); do echo "-A OUTPUT -d $network -p tcp --dport $registry_port -j ACCEPT"; done
  reject OUTPUT -o lo
  too_long
  echo '-A OUTPUT -j OUTWARD'
  echo '-A OUTPUT -j ACCEPT'
  echo COMMIT
}

# Steps have no IPv6. The engine has it where Docker gives it: its own network asks for neighbours and for a way out.
rules_6() {
  echo '*filter'
  printf ':%s DROP [0:0]\n' INPUT FORWARD OUTPUT
  echo ':OUTWARD - [0:0]'
  for network in $closed_6; do reject OUTWARD -d "$network"; done
  echo '-A OUTWARD -j ACCEPT'

  reject INPUT -i steps
  echo "-A INPUT $answers"
  echo '-A INPUT -i lo -j ACCEPT'
  for type in 134 135 136; do echo "-A INPUT -p icmpv6 --icmpv6-type $type -j ACCEPT"; done
  reject INPUT

  reject FORWARD

  echo '-A OUTPUT -m conntrack --ctstate RELATED -j ACCEPT'
  for type in 133 135 136; do echo "-A OUTPUT ! -o steps -p icmpv6 --icmpv6-type $type -j ACCEPT"; done
  for network in $(networks_of 6); do echo "-A OUTPUT -d $network -p tcp --dport $registry_port -j ACCEPT"; done
  reject OUTPUT -o lo
  reject OUTPUT -o steps
  too_long
  echo '-A OUTPUT -j OUTWARD'
  echo COMMIT
}

# Other rules of this table are Docker's, for its name server.
masquerade="POSTROUTING -s $subnet ! -o steps -j MASQUERADE"

# An interface that has it has an address of its link at least.
has_ipv6() { [ -n "$(cat /proc/net/if_inet6 2>/dev/null)" ]; }

# A whole table at once: until then the one before is in force.
apply() {
  iptables-restore -w <"$rules/4" || return 1
  # shellcheck disable=SC2086
  iptables -w -t nat -C $masquerade 2>/dev/null || iptables -w -t nat -A $masquerade || return 1
  ip6tables-restore -w <"$rules/6" || ! has_ipv6
}
# All of the filter belongs to this container, so all of it is compared. Without IPv6 there may be no program or table for it.
listing() {
  iptables -w -S && iptables -w -t nat -S POSTROUTING | grep MASQUERADE || return 1
  ip6tables -w -S 2>/dev/null || ! has_ipv6
}

are_set() { now=$(listing 2>/dev/null) && [ "$now" = "$(cat "$rules/listing")" ]; }

set_rules() {
  servers=$(name_servers)
  [ -n "$servers" ] || refuse 'no name server is known that a step could reach. Set BUILD_DNS in .env.'
  closed_4=$(closed_ranges closed-ranges.txt) && closed_6=$(closed_ranges closed-ranges-6.txt) || exit 1
  allowed=$(echo "${BUILD_ALLOW:-}" | tr ', ' '\n\n' | grep -E '^[0-9./]+$' || true)
  mkdir -p "$rules" "$(dirname "$note")"
  count_connections
  bounded=yes
  rules_4 >"$rules/4"
  rules_6 >"$rules/6"
  if ! said=$(apply 2>&1); then
    # A kernel may be unable to count connections. All other rules hold.
    bounded=
    uncounted=$(echo "$said" | tail -n 1)
    rules_4 >"$rules/4"
    said=$(apply 2>&1) && echo "cooperage: the number of connections of steps is not bounded: $uncounted" >&2
  fi || refuse "the network rules cannot be set ($(echo "$said" | tail -n 1)). They need the capability NET_ADMIN, and ip6tables where IPv6 is on."
  listing >"$rules/listing" || refuse 'the network rules cannot be read.'
  [ "$(cat /proc/sys/net/ipv4/ip_forward)" = 1 ] || refuse 'packets of steps are not forwarded: net.ipv4.ip_forward is not 1.'
  forget_idle || echo 'cooperage: idle connections of steps are kept for as long as the machine keeps its own.' >&2
  renewals=0
  tell in-force
}

# What builders read. Readers see the old note or the new one.
tell() {
  detail=$(echo "${2:-}" | tr -d '\000-\037"\\' | cut -c 1-300)
  names=$(echo "${unraised:-}" | sed 's/[^ ][^ ]*/"&"/g; s/^ *//; s/ /,/g')
  printf '{"state":"%s","detail":"%s","renewals":%d,"unraised":[%s]}\n' "$1" "$detail" "$renewals" "$names" >"$note.part" && mv "$note.part" "$note"
}

keep_rules() {
  while kill -0 "$1" 2>/dev/null; do
    if are_set; then
      touch "$note"
    elif said=$(apply 2>&1) && are_set; then
      renewals=$((renewals + 1))
      echo "cooperage: the network rules had been changed and are set again ($renewals times since the start)" >&2
      tell in-force
    else
      tell missing "${said:-the kernel took other rules than were set}"
      echo "cooperage: this engine ends: its network rules are missing and cannot be set again: $said" >&2
      kill -USR1 "$1"
      return
    fi
    sleep 2
  done
}
