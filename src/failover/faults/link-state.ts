import { type Command, lines, sh } from '../../remote/command.ts';
import { STATE_DIR } from '../state-folder.ts';

/** Protocols whose routes and nexthops are not restored: the kernel, routers and routing daemons recreate their own. */
const FOREIGN_PROTOCOLS = [
  'kernel|ra|redirect|keepalived|18',
  'gated|8|zebra|11|bird|12|dnrouted|13|xorp|14|ntk|15|babel|42|openr|99|bgp|186|isis|187|ospf|188|rip|189|eigrp|192',
].join('|');

/** Flags that `ip` prints for routes and nexthops but does not accept as arguments. */
const CONDITIONS = 'linkdown|dead|offload|rt_offload|offload_failed|rt_trap|trap|unresolved|notify|pervasive';

/** Saved state of a fault, one file for each kind. */
const savedFile = (fault: string, what: string): string => `${STATE_DIR}/${fault}.saved-${what}`;

/**
 * Shell functions that print the state that may be lost when a link goes down, one item a line, in the syntax that `ip`
 * accepts; they fail rather than print a part of it: `routes FAMILY [DEVICES]`, `nexthops`, `neighbours`, `addresses` and
 * `links`. The kernel keeps IPv4 addresses, but network managers may drop them. Rules, sysctls, queueing disciplines and
 * multicast groups survive, so they are not listed. VIPs belong to keepalived.
 */
export function linkState(virtual: readonly string[]): Command {
  const noCondition = `s/ (${CONDITIONS})( |$)/ /`;
  const foreign = `/ proto (${FOREIGN_PROTOCOLS})( |$)/d`;
  return sh`plain() { printf '%s\\n' "$1" | sed -E -e 's/[\\[:space:]]+/ /g' -e :a -e ${noCondition} -e ta -e 's/ +$//' -e '/^$/d' -e ${foreign}; }
routes() {
  [ "$1" = -4 ] || [ -d /proc/sys/net/ipv6 ] || return 0
  raw=$(ip -o "$1" route show table all) && raw=$(plain "$raw") || return
  printf '%s\\n' "$raw" | sed -E -e "/ dev ($\{2:-[^ ]+})( |\$)/!d" -e '/^(broadcast|multicast|anycast) /d' -e '/ nhid /{' -e 's/ nexthop .*//' -e 's/( nhid [0-9]+)( via (inet6 )?[^ ]+)?( dev [^ ]+)?/\\1/' -e 's/ onlink//' -e '}'
}
nexthops() {
  raw=$(ip nexthop show 2>/dev/null) || return 0
  raw=$(plain "$raw") || return
  printf '%s\\n' "$raw" | sed -E -e 's/ scope [^ ]+//' -e 's/ unbalanced_time [^ ]+//'
}
neighbours() {
  raw=$(ip neigh show nud permanent && ip neigh show proxy) && raw=$(plain "$raw") || return
  printf '%s\\n' "$raw" | sed -E -e '/ (PERMANENT|proxy)( |$)/!d' -e 's/^(.*) proxy$/proxy \\1/' -e 's/ PERMANENT/ nud permanent/'
}
addresses() {
  raw=$(ip -o addr show) || return
  printf '%s\\n' "$raw" | while read -r index dev family address rest; do
    case " "${virtual.join(' ')}" " in *" $\{address%%/*} "*) continue ;; esac
    case " $rest " in *' temporary '*) continue ;; esac
    set -f
    set -- $rest
    [ "$1" != peer ] || address="$address peer $2"
    options=
    while [ $# -gt 0 ]; do
      case $1 in
        brd | scope | metric) options="$options $1 $2" && shift ;;
        valid_lft | preferred_lft) [ "$2" = forever ] || options="$options $1 $\{2%sec}"; shift ;;
        peer | proto) shift ;;
        home | nodad | mngtmpaddr | noprefixroute | autojoin) options="$options $1" ;;
        "$dev":*) options="$options label $\{1%\\\\}" ;;
      esac
      shift
    done
    echo "$address dev $dev$options"
  done
}
links() {
  raw=$(ip -o link show) || return
  printf '%s\\n' "$raw" | while read -r index name flags rest; do
    name=$\{name%:}
    case $flags in *[,\\<]UP[,\\>]*) echo "$\{name%%@*} up" ;; *) echo "$\{name%%@*} down" ;; esac
  done
}`;
}

/**
 * `giveBack` adds saved items that are missing, and changes nothing else; `compare` fails and names missing items. A route
 * needs its source address, the route to its gateway, and its nexthop first, and IPv6 addresses take a moment to become
 * usable, so `giveBack` may have to run again.
 */
export function replay(fault: string, dev: string): Command {
  const saved = savedFile(fault, '');
  return sh`lost() {
  { read -r first <${saved}"$1"; } 2>/dev/null || return 2
  [ -n "$first" ] || return 0
  case $1 in
    links) current=$(links) ;;
    nexthops) current=$(nexthops) ;;
    neighbours) current=$(neighbours) ;;
    routes*) current=$(routes "$\{1#routes}") ;;
    addresses) current=$(addresses) && lostAddresses; return ;;
  esac || return 2
  printf '%s\\n' "$current" | grep -vxFf - ${saved}"$1" || [ $? -eq 1 ]
}
lostAddresses() {
  current=$(printf '%s\\n' "$current" | sed -E 's/( dev [^ ]+).*/\\1/') || return
  while read -r line; do
    device=$\{line#* dev }
    case "
$current
" in *"
$\{line%% dev *} dev $\{device%% *}
"*) ;; *) printf '%s\\n' "$line" ;; esac
  done <${saved}addresses
}
# The ip of busybox reads no batch.
batch() {
  { if ip -V; then ip $1 -force -batch -
  else set -f; while read -r words; do ip $1 $words </dev/null; done; set +f
  fi; } >/dev/null 2>&1
}
add() { lost "$1" | sed -n "s/^./$2 &/p" | batch "$3"; }
giveBack() {
  ip link set dev ${dev} up
  add links 'link set dev'
  add addresses 'addr add'
  add neighbours 'neigh replace'
  # Groups may be numbered below their members.
  add nexthops 'nexthop replace'
  add nexthops 'nexthop replace'
  for round in 1 2; do
    add routes-4 'route append' -4
    add routes-6 'route add' -6
  done
}
compare() {
  for what in links addresses neighbours nexthops routes-4 routes-6; do
    gone=$(lost $what) || { missing "cannot compare $what"; return 1; }
    [ -z "$gone" ] || { missing "$what: $(printf '%s\\n' "$gone" | head -n 3 | tr '\\n' ';')"; return 1; }
  done
}`;
}

/**
 * Saves the state of the link and of interfaces stacked on it (VLANs go down with it, and come up with it even when they
 * were down before). Refuses the fault if the state cannot be restored: it is first added to interfaces of the same names
 * in a separate network namespace, removed, and restored there.
 */
export function saveLink(fault: string, dev: string, virtual: readonly string[]): Command {
  const rehearsal = lines([linkState(virtual), replay(fault, dev), rehearse(fault)]);
  return sh`${linkState(virtual)}
text=$(links) && all=$(ip -o link show) || refuse 'the links cannot be listed.'
devices= found=${dev}
while [ "$devices" != "$found" ]; do
  devices=$found
  found=$({ echo ${dev}; printf '%s\\n' "$all" | sed -nE "s/^[0-9]+: ([^ :@]+)@($devices):.*/\\1/p"; } | sort -u | tr '\\n' '|') || refuse 'the links cannot be read.'
  found=$\{found%|}
done
ofDevices() { printf '%s\\n' "$1" | sed -E -e "/$2($devices)( |$)/!d"; }
text=$(ofDevices "$text" '^') || refuse 'the links cannot be read.'
keep ${savedFile(fault, 'links')} "$text"
text=$(addresses) || refuse 'the addresses cannot be listed.'
keep ${savedFile(fault, 'everything')} "$text"
text=$(ofDevices "$text" ' dev ') || refuse 'the addresses cannot be read.'
keep ${savedFile(fault, 'addresses')} "$text"
text=$(neighbours) && text=$(ofDevices "$text" ' dev ') || refuse 'the neighbours cannot be listed.'
keep ${savedFile(fault, 'neighbours')} "$text"
text=$(nexthops) || refuse 'the nexthop objects cannot be listed.'
keep ${savedFile(fault, 'nexthops')} "$text"
for family in -4 -6; do
  text=$(routes $family "$devices") || refuse 'the routes cannot be listed.'
  keep ${savedFile(fault, 'routes')}$family "$text"
done
unshare -n true 2>/dev/null ||
  refuse 'cannot create a network namespace to rehearse the undo in (unshare -n true fails).'
why=$(unshare -n /bin/sh -c ${rehearsal.script} 2>&1) ||
  refuse ${`the state of ${dev} could not be restored after the cut`}": $(printf '%s' "$why" | tail -n 1)"
rm -f ${savedFile(fault, 'everything')}`;
}

function rehearse(fault: string): Command {
  return sh`missing() { echo "$*" >&2; return 1; }
ip link set lo up
names=$(cat ${savedFile(fault, '')}* | tr ' ' '\\n' | sed -n '/^dev$/{n;p;}' | sort -u)
names="$names $(sed 's/ .*//' ${savedFile(fault, 'links')})"
number=0 made=
for name in $names; do
  case " lo $made " in *" $name "*) continue ;; esac
  made="$made $name"
  number=$((number + 1))
  { ip link add "$name" type dummy || ip link add "$name" type ifb || ip link add "$name" type veth peer name "lvsctl$number"; } 2>/dev/null ||
    { echo "this kernel has no interface to rehearse with (dummy, ifb or veth)"; exit 1; }
  ip link set "$name" up
  ip link set "lvsctl$number" up 2>/dev/null
done
sed 's/^/addr add /' ${savedFile(fault, 'everything')} | batch ''
settle() {
  for round in 1 2 3 4 5 6; do
    giveBack
    compare 2>/dev/null && return
    sleep 0.5
  done
  compare
}
settle || exit
sed 's/^\\([^ ]*\\) .*/link set dev \\1 down/' ${savedFile(fault, 'links')} | batch ''
settle`;
}
