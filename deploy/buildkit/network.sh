# The network rules of an engine of docker-compose.yml, for start.sh, which says `refuse`, and where it lies (`here`).
#   set_rules          puts them in force, or refuses
#   keep_rules PID     looks after them every two seconds for as long as the process lives; sends it USR1 where they cannot be set again
# RULES_NOTE is the file in which builders read how the rules stand (COOPERAGE_ENGINE_RULES).

registry_port=5000
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

# One list for both: what the engine itself fetches (FROM, ADD, git) goes the same way as what steps fetch. The address counts that is
# connected to. No packet goes out only because an earlier one did: what is open when the rules come back is cut.
rules_4() {
  echo '*filter'
  printf ':%s DROP [0:0]\n' INPUT FORWARD OUTPUT
  echo ':OUTWARD - [0:0]'
  for server in $servers; do for kind in udp tcp; do echo "-A OUTWARD -d $server -p $kind --dport 53 -j ACCEPT"; done; done
  for network in $allowed; do echo "-A OUTWARD -d $network -j ACCEPT"; done
  for network in $closed_4; do reject OUTWARD -d "$network"; done
  echo '-A OUTWARD -j ACCEPT'

  # Answers come from outside: nothing that a step sends is one, neither to the engine nor to another step.
  echo "-A INPUT ! -i steps $answers"
  echo '-A INPUT -i lo -j ACCEPT'
  reject INPUT

  echo "-A FORWARD ! -i steps -o steps $answers"
  echo '-A FORWARD -i steps ! -o steps -j OUTWARD'
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
masquerade='POSTROUTING -s 198.18.0.0/22 ! -o steps -j MASQUERADE'

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
  rules_4 >"$rules/4"
  rules_6 >"$rules/6"
  said=$(apply 2>&1) || refuse "the network rules cannot be set ($(echo "$said" | tail -n 1)). They need the capability NET_ADMIN, and ip6tables where IPv6 is on."
  listing >"$rules/listing" || refuse 'the network rules cannot be read.'
  [ "$(cat /proc/sys/net/ipv4/ip_forward)" = 1 ] || refuse 'packets of steps are not forwarded: net.ipv4.ip_forward is not 1.'
  renewals=0
  tell in-force
}

# What builders read. Readers see the old note or the new one.
tell() {
  detail=$(echo "${2:-}" | tr -d '\000-\037"\\' | cut -c 1-300)
  printf '{"state":"%s","detail":"%s","renewals":%d}\n' "$1" "$detail" "$renewals" >"$note.part" && mv "$note.part" "$note"
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
