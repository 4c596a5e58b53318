# Network namespaces of one lab, as files below $WORK/net: nothing is registered anywhere else on the machine,
# and what runs in none of them never sees the lab. To be sourced; needs WORK and PREFIX_LENGTH.
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

# net_plug NAME ADDRESS: a namespace whose eth0 is plugged into the switch. As with a real card its hardware address
# stays the same over a reboot, or the neighbours would send to the old one for half a minute.
net_plug() {
  local hardware
  # shellcheck disable=SC2086
  hardware=$(printf '02:00:%02x:%02x:%02x:%02x' ${2//./ })
  net_make "$1"
  net_in switch ip link add "p-$1" type veth peer name eth0 address "$hardware" netns "$WORK/net/$1"
  net_in "$1" ip -batch - <<EOF
addr add $2/$PREFIX_LENGTH dev eth0
link set eth0 up
EOF
  net_in switch ip link set "p-$1" master br0 up
}

# net_unplug NAME: the namespace goes with all its addresses, rules and tables, as in a machine that is switched off.
net_unplug() {
  net_in switch ip link del "p-$1" 2>/dev/null
  umount "$WORK/net/$1" 2>/dev/null
  rm -f "$WORK/net/$1"
}
