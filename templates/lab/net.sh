# Network namespaces of one lab, as files below $WORK/net: nothing is registered anywhere else on the machine,
# and what runs in none of them never sees the lab. To be sourced; needs WORK, and net_plug the tables of lab.conf.
# No namespace has a default route, and no address is ever added outside them.
# shellcheck shell=bash

# net_in NAME COMMAND [ARG...]: runs a command in a namespace.
net_in() { nsenter --net="$WORK/net/$1" -- "${@:2}"; }

# net_make NAME
net_make() {
  mkdir -p "$WORK/net"
  : >"$WORK/net/$1"
  unshare --net="$WORK/net/$1" ip link set lo up
}

# net_closed NAME: it has a leg in several segments and forwards between none, whatever the machine's own setting is
# that new namespaces inherit.
net_closed() {
  # shellcheck disable=SC2016
  net_in "$1" sh -c 'for file in ipv4/ip_forward ipv6/conf/all/forwarding; do
    file=/proc/sys/net/$file
    [ ! -e "$file" ] || [ "$(cat "$file")" = 0 ] || echo 0 >"$file"
  done'
}

# net_addresses DEVICE ADDRESS/LENGTH[,...]: lines for `ip -batch`. Nothing waits for duplicates to be detected.
net_addresses() {
  local address
  for address in ${2//,/ }; do
    case $address in
      *:*) echo "addr add $address dev $1 nodad" ;;
      *) echo "addr add $address dev $1" ;;
    esac
  done
}

# net_cable NAME DEVICE BRIDGE PORT MAC: a network card of a namespace, plugged into a bridge of the switch.
net_cable() {
  net_in switch ip link add "$4" type veth peer name "$2" address "$5" netns "$WORK/net/$1"
  net_in switch ip link set "$4" master "$3" up
}

# net_up NAME DEVICE ADDRESS/LENGTH[,...]
net_up() {
  { net_addresses "$2" "$3" && echo "link set $2 up"; } | net_in "$1" ip -batch -
}

# net_plug NAME: a namespace with the cards, addresses and routes of a host.
net_plug() {
  local name device bridge port mac addresses to via
  net_make "$1"
  while read -r name device bridge port mac addresses; do
    [ "$name" = "$1" ] || continue
    net_cable "$1" "$device" "$bridge" "$port" "$mac"
    net_up "$1" "$device" "$addresses"
  done <<<"$NICS"
  while read -r name to via; do
    [ "$name" != "$1" ] || net_in "$1" ip route add "$to" via "$via"
  done <<<"$ROUTES"
}

# net_unplug NAME: the namespace goes with all its addresses, rules and tables, as in a machine that is switched off.
net_unplug() {
  local name port _
  while read -r name _ _ port _; do
    [ "$name" != "$1" ] || net_in switch ip link del "$port" 2>/dev/null
  done <<<"$NICS"
  umount "$WORK/net/$1" 2>/dev/null
  rm -f "$WORK/net/$1"
}
