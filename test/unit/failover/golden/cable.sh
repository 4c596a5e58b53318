umask 077
refuse() { echo "refused $*"; rm -f /run/lvsctl-failover/cable.*; exit 0; }
keep() {
  { printf '%s\n' "$2" >"$1" && [ "$(cat "$1" && echo .)" = "$2
." ]; } 2>/dev/null || refuse "cannot write $1; is /run full?"
}
for program in flock systemd-run; do
  command -v "$program" >/dev/null || { echo "refused $program is missing; without it the host cannot undo the fault if lvsctl dies"; exit 0; }
done
mkdir -m 700 /run/lvsctl-failover 2>/dev/null ||
  { [ ! -L /run/lvsctl-failover ] && [ -d /run/lvsctl-failover ] && [ -O /run/lvsctl-failover ] && chmod 700 /run/lvsctl-failover; } ||
  { echo 'cannot use /run/lvsctl-failover: it is not a directory owned by root, or /run is full' >&2; exit 1; }
{ [ -d /run/lvsctl-failover ] && exec 9>>/run/lvsctl-failover/lock && flock 9; } ||
  { echo 'cannot lock /run/lvsctl-failover: the host has rebooted, has no flock(1), or /run is full' >&2; exit 1; }
[ ! -e /run/lvsctl-failover/cable.undo ] || { echo 'an earlier fault of this kind has not been undone yet' >&2; exit 1; }
rm -f /run/lvsctl-failover/cable.* || exit 1
plain() { printf '%s\n' "$1" | sed -E -e 's/[\[:space:]]+/ /g' -e :a -e 's/ (linkdown|dead|offload|rt_offload|offload_failed|rt_trap|trap|unresolved|notify|pervasive)( |$)/ /' -e ta -e 's/ +$//' -e '/^$/d' -e '/ proto (kernel|ra|redirect|keepalived|18|gated|8|zebra|11|bird|12|dnrouted|13|xorp|14|ntk|15|babel|42|openr|99|bgp|186|isis|187|ospf|188|rip|189|eigrp|192)( |$)/d'; }
routes() {
  [ "$1" = -4 ] || [ -d /proc/sys/net/ipv6 ] || return 0
  raw=$(ip -o "$1" route show table all) && raw=$(plain "$raw") || return
  printf '%s\n' "$raw" | sed -E -e "/ dev (${2:-[^ ]+})( |$)/!d" -e '/^(broadcast|multicast|anycast) /d' -e '/ nhid /{' -e 's/ nexthop .*//' -e 's/( nhid [0-9]+)( via (inet6 )?[^ ]+)?( dev [^ ]+)?/\1/' -e 's/ onlink//' -e '}'
}
nexthops() {
  raw=$(ip nexthop show 2>/dev/null) || return 0
  raw=$(plain "$raw") || return
  printf '%s\n' "$raw" | sed -E -e 's/ scope [^ ]+//' -e 's/ unbalanced_time [^ ]+//'
}
neighbours() {
  raw=$(ip neigh show nud permanent && ip neigh show proxy) && raw=$(plain "$raw") || return
  printf '%s\n' "$raw" | sed -E -e '/ (PERMANENT|proxy)( |$)/!d' -e 's/^(.*) proxy$/proxy \1/' -e 's/ PERMANENT/ nud permanent/'
}
addresses() {
  raw=$(ip -o addr show) || return
  printf '%s\n' "$raw" | while read -r index dev family address rest; do
    case " "192.168.168.12" " in *" ${address%%/*} "*) continue ;; esac
    case " $rest " in *' temporary '*) continue ;; esac
    set -f
    set -- $rest
    [ "$1" != peer ] || address="$address peer $2"
    options=
    while [ $# -gt 0 ]; do
      case $1 in
        brd | scope | metric) options="$options $1 $2" && shift ;;
        valid_lft | preferred_lft) [ "$2" = forever ] || options="$options $1 ${2%sec}"; shift ;;
        peer | proto) shift ;;
        home | nodad | mngtmpaddr | noprefixroute | autojoin) options="$options $1" ;;
        "$dev":*) options="$options label ${1%\\}" ;;
      esac
      shift
    done
    echo "$address dev $dev$options"
  done
}
links() {
  raw=$(ip -o link show) || return
  printf '%s\n' "$raw" | while read -r index name flags rest; do
    name=${name%:}
    case $flags in *[,\<]UP[,\>]*) echo "${name%%@*} up" ;; *) echo "${name%%@*} down" ;; esac
  done
}
text=$(links) && all=$(ip -o link show) || refuse 'the links cannot be listed.'
devices= found=eth0
while [ "$devices" != "$found" ]; do
  devices=$found
  found=$({ echo eth0; printf '%s\n' "$all" | sed -nE "s/^[0-9]+: ([^ :@]+)@($devices):.*/\1/p"; } | sort -u | tr '\n' '|') || refuse 'the links cannot be read.'
  found=${found%|}
done
ofDevices() { printf '%s\n' "$1" | sed -E -e "/$2($devices)( |$)/!d"; }
text=$(ofDevices "$text" '^') || refuse 'the links cannot be read.'
keep /run/lvsctl-failover/cable.saved-links "$text"
text=$(addresses) || refuse 'the addresses cannot be listed.'
keep /run/lvsctl-failover/cable.saved-everything "$text"
text=$(ofDevices "$text" ' dev ') || refuse 'the addresses cannot be read.'
keep /run/lvsctl-failover/cable.saved-addresses "$text"
text=$(neighbours) && text=$(ofDevices "$text" ' dev ') || refuse 'the neighbours cannot be listed.'
keep /run/lvsctl-failover/cable.saved-neighbours "$text"
text=$(nexthops) || refuse 'the nexthop objects cannot be listed.'
keep /run/lvsctl-failover/cable.saved-nexthops "$text"
for family in -4 -6; do
  text=$(routes $family "$devices") || refuse 'the routes cannot be listed.'
  keep /run/lvsctl-failover/cable.saved-routes$family "$text"
done
unshare -n true 2>/dev/null ||
  refuse 'cannot create a network namespace to rehearse the undo in (unshare -n true fails).'
why=$(unshare -n /bin/sh -c 'plain() { printf '\''%s\n'\'' "$1" | sed -E -e '\''s/[\[:space:]]+/ /g'\'' -e :a -e '\''s/ (linkdown|dead|offload|rt_offload|offload_failed|rt_trap|trap|unresolved|notify|pervasive)( |$)/ /'\'' -e ta -e '\''s/ +$//'\'' -e '\''/^$/d'\'' -e '\''/ proto (kernel|ra|redirect|keepalived|18|gated|8|zebra|11|bird|12|dnrouted|13|xorp|14|ntk|15|babel|42|openr|99|bgp|186|isis|187|ospf|188|rip|189|eigrp|192)( |$)/d'\''; }
routes() {
  [ "$1" = -4 ] || [ -d /proc/sys/net/ipv6 ] || return 0
  raw=$(ip -o "$1" route show table all) && raw=$(plain "$raw") || return
  printf '\''%s\n'\'' "$raw" | sed -E -e "/ dev (${2:-[^ ]+})( |$)/!d" -e '\''/^(broadcast|multicast|anycast) /d'\'' -e '\''/ nhid /{'\'' -e '\''s/ nexthop .*//'\'' -e '\''s/( nhid [0-9]+)( via (inet6 )?[^ ]+)?( dev [^ ]+)?/\1/'\'' -e '\''s/ onlink//'\'' -e '\''}'\''
}
nexthops() {
  raw=$(ip nexthop show 2>/dev/null) || return 0
  raw=$(plain "$raw") || return
  printf '\''%s\n'\'' "$raw" | sed -E -e '\''s/ scope [^ ]+//'\'' -e '\''s/ unbalanced_time [^ ]+//'\''
}
neighbours() {
  raw=$(ip neigh show nud permanent && ip neigh show proxy) && raw=$(plain "$raw") || return
  printf '\''%s\n'\'' "$raw" | sed -E -e '\''/ (PERMANENT|proxy)( |$)/!d'\'' -e '\''s/^(.*) proxy$/proxy \1/'\'' -e '\''s/ PERMANENT/ nud permanent/'\''
}
addresses() {
  raw=$(ip -o addr show) || return
  printf '\''%s\n'\'' "$raw" | while read -r index dev family address rest; do
    case " "192.168.168.12" " in *" ${address%%/*} "*) continue ;; esac
    case " $rest " in *'\'' temporary '\''*) continue ;; esac
    set -f
    set -- $rest
    [ "$1" != peer ] || address="$address peer $2"
    options=
    while [ $# -gt 0 ]; do
      case $1 in
        brd | scope | metric) options="$options $1 $2" && shift ;;
        valid_lft | preferred_lft) [ "$2" = forever ] || options="$options $1 ${2%sec}"; shift ;;
        peer | proto) shift ;;
        home | nodad | mngtmpaddr | noprefixroute | autojoin) options="$options $1" ;;
        "$dev":*) options="$options label ${1%\\}" ;;
      esac
      shift
    done
    echo "$address dev $dev$options"
  done
}
links() {
  raw=$(ip -o link show) || return
  printf '\''%s\n'\'' "$raw" | while read -r index name flags rest; do
    name=${name%:}
    case $flags in *[,\<]UP[,\>]*) echo "${name%%@*} up" ;; *) echo "${name%%@*} down" ;; esac
  done
}
lost() {
  { read -r first </run/lvsctl-failover/cable.saved-"$1"; } 2>/dev/null || return 2
  [ -n "$first" ] || return 0
  case $1 in
    links) current=$(links) ;;
    nexthops) current=$(nexthops) ;;
    neighbours) current=$(neighbours) ;;
    routes*) current=$(routes "${1#routes}") ;;
    addresses) current=$(addresses) && lostAddresses; return ;;
  esac || return 2
  printf '\''%s\n'\'' "$current" | grep -vxFf - /run/lvsctl-failover/cable.saved-"$1" || [ $? -eq 1 ]
}
lostAddresses() {
  current=$(printf '\''%s\n'\'' "$current" | sed -E '\''s/( dev [^ ]+).*/\1/'\'') || return
  while read -r line; do
    device=${line#* dev }
    case "
$current
" in *"
${line%% dev *} dev ${device%% *}
"*) ;; *) printf '\''%s\n'\'' "$line" ;; esac
  done </run/lvsctl-failover/cable.saved-addresses
}
# The ip of busybox reads no batch.
batch() {
  { if ip -V; then ip $1 -force -batch -
  else set -f; while read -r words; do ip $1 $words </dev/null; done; set +f
  fi; } >/dev/null 2>&1
}
add() { lost "$1" | sed -n "s/^./$2 &/p" | batch "$3"; }
giveBack() {
  ip link set dev eth0 up
  add links '\''link set dev'\''
  add addresses '\''addr add'\''
  add neighbours '\''neigh replace'\''
  # Groups may be numbered below their members.
  add nexthops '\''nexthop replace'\''
  add nexthops '\''nexthop replace'\''
  for round in 1 2; do
    add routes-4 '\''route append'\'' -4
    add routes-6 '\''route add'\'' -6
  done
}
compare() {
  for what in links addresses neighbours nexthops routes-4 routes-6; do
    gone=$(lost $what) || { missing "cannot compare $what"; return 1; }
    [ -z "$gone" ] || { missing "$what: $(printf '\''%s\n'\'' "$gone" | head -n 3 | tr '\''\n'\'' '\'';'\'')"; return 1; }
  done
}
missing() { echo "$*" >&2; return 1; }
ip link set lo up
names=$(cat /run/lvsctl-failover/cable.saved-* | tr '\'' '\'' '\''\n'\'' | sed -n '\''/^dev$/{n;p;}'\'' | sort -u)
names="$names $(sed '\''s/ .*//'\'' /run/lvsctl-failover/cable.saved-links)"
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
sed '\''s/^/addr add /'\'' /run/lvsctl-failover/cable.saved-everything | batch '\'''\''
settle() {
  for round in 1 2 3 4 5 6; do
    giveBack
    compare 2>/dev/null && return
    sleep 0.5
  done
  compare
}
settle || exit
sed '\''s/^\([^ ]*\) .*/link set dev \1 down/'\'' /run/lvsctl-failover/cable.saved-links | batch '\'''\''
settle' 2>&1) ||
  refuse 'the state of eth0 could not be restored after the cut'": $(printf '%s' "$why" | tail -n 1)"
rm -f /run/lvsctl-failover/cable.saved-everything
keep /run/lvsctl-failover/cable.token 5c0f9a4e-0000-4000-8000-000000000001
keep /run/lvsctl-failover/cable.undo 'by=$1
missing() { echo "not undone yet: $*" >&2; return 1; }
plain() { printf '\''%s\n'\'' "$1" | sed -E -e '\''s/[\[:space:]]+/ /g'\'' -e :a -e '\''s/ (linkdown|dead|offload|rt_offload|offload_failed|rt_trap|trap|unresolved|notify|pervasive)( |$)/ /'\'' -e ta -e '\''s/ +$//'\'' -e '\''/^$/d'\'' -e '\''/ proto (kernel|ra|redirect|keepalived|18|gated|8|zebra|11|bird|12|dnrouted|13|xorp|14|ntk|15|babel|42|openr|99|bgp|186|isis|187|ospf|188|rip|189|eigrp|192)( |$)/d'\''; }
routes() {
  [ "$1" = -4 ] || [ -d /proc/sys/net/ipv6 ] || return 0
  raw=$(ip -o "$1" route show table all) && raw=$(plain "$raw") || return
  printf '\''%s\n'\'' "$raw" | sed -E -e "/ dev (${2:-[^ ]+})( |$)/!d" -e '\''/^(broadcast|multicast|anycast) /d'\'' -e '\''/ nhid /{'\'' -e '\''s/ nexthop .*//'\'' -e '\''s/( nhid [0-9]+)( via (inet6 )?[^ ]+)?( dev [^ ]+)?/\1/'\'' -e '\''s/ onlink//'\'' -e '\''}'\''
}
nexthops() {
  raw=$(ip nexthop show 2>/dev/null) || return 0
  raw=$(plain "$raw") || return
  printf '\''%s\n'\'' "$raw" | sed -E -e '\''s/ scope [^ ]+//'\'' -e '\''s/ unbalanced_time [^ ]+//'\''
}
neighbours() {
  raw=$(ip neigh show nud permanent && ip neigh show proxy) && raw=$(plain "$raw") || return
  printf '\''%s\n'\'' "$raw" | sed -E -e '\''/ (PERMANENT|proxy)( |$)/!d'\'' -e '\''s/^(.*) proxy$/proxy \1/'\'' -e '\''s/ PERMANENT/ nud permanent/'\''
}
addresses() {
  raw=$(ip -o addr show) || return
  printf '\''%s\n'\'' "$raw" | while read -r index dev family address rest; do
    case " "192.168.168.12" " in *" ${address%%/*} "*) continue ;; esac
    case " $rest " in *'\'' temporary '\''*) continue ;; esac
    set -f
    set -- $rest
    [ "$1" != peer ] || address="$address peer $2"
    options=
    while [ $# -gt 0 ]; do
      case $1 in
        brd | scope | metric) options="$options $1 $2" && shift ;;
        valid_lft | preferred_lft) [ "$2" = forever ] || options="$options $1 ${2%sec}"; shift ;;
        peer | proto) shift ;;
        home | nodad | mngtmpaddr | noprefixroute | autojoin) options="$options $1" ;;
        "$dev":*) options="$options label ${1%\\}" ;;
      esac
      shift
    done
    echo "$address dev $dev$options"
  done
}
links() {
  raw=$(ip -o link show) || return
  printf '\''%s\n'\'' "$raw" | while read -r index name flags rest; do
    name=${name%:}
    case $flags in *[,\<]UP[,\>]*) echo "${name%%@*} up" ;; *) echo "${name%%@*} down" ;; esac
  done
}
lost() {
  { read -r first </run/lvsctl-failover/cable.saved-"$1"; } 2>/dev/null || return 2
  [ -n "$first" ] || return 0
  case $1 in
    links) current=$(links) ;;
    nexthops) current=$(nexthops) ;;
    neighbours) current=$(neighbours) ;;
    routes*) current=$(routes "${1#routes}") ;;
    addresses) current=$(addresses) && lostAddresses; return ;;
  esac || return 2
  printf '\''%s\n'\'' "$current" | grep -vxFf - /run/lvsctl-failover/cable.saved-"$1" || [ $? -eq 1 ]
}
lostAddresses() {
  current=$(printf '\''%s\n'\'' "$current" | sed -E '\''s/( dev [^ ]+).*/\1/'\'') || return
  while read -r line; do
    device=${line#* dev }
    case "
$current
" in *"
${line%% dev *} dev ${device%% *}
"*) ;; *) printf '\''%s\n'\'' "$line" ;; esac
  done </run/lvsctl-failover/cable.saved-addresses
}
# The ip of busybox reads no batch.
batch() {
  { if ip -V; then ip $1 -force -batch -
  else set -f; while read -r words; do ip $1 $words </dev/null; done; set +f
  fi; } >/dev/null 2>&1
}
add() { lost "$1" | sed -n "s/^./$2 &/p" | batch "$3"; }
giveBack() {
  ip link set dev eth0 up
  add links '\''link set dev'\''
  add addresses '\''addr add'\''
  add neighbours '\''neigh replace'\''
  # Groups may be numbered below their members.
  add nexthops '\''nexthop replace'\''
  add nexthops '\''nexthop replace'\''
  for round in 1 2; do
    add routes-4 '\''route append'\'' -4
    add routes-6 '\''route add'\'' -6
  done
}
compare() {
  for what in links addresses neighbours nexthops routes-4 routes-6; do
    gone=$(lost $what) || { missing "cannot compare $what"; return 1; }
    [ -z "$gone" ] || { missing "$what: $(printf '\''%s\n'\'' "$gone" | head -n 3 | tr '\''\n'\'' '\'';'\'')"; return 1; }
  done
}
verify() {
compare
}
undo() {
tries=0
until giveBack; compare 2>/dev/null || [ "$tries" -ge 10 ]; do
  tries=$((tries + 1))
  sleep 0.5
done
}
attempt() (
{ [ -d /run/lvsctl-failover ] && exec 9>>/run/lvsctl-failover/lock && flock 9; } ||
  { echo '\''cannot lock /run/lvsctl-failover: the host has rebooted, has no flock(1), or /run is full'\'' >&2; exit 1; }
[ -e /run/lvsctl-failover/cable.undo ] || exit 0
rm -f /run/lvsctl-failover/cable.armed
read -r uptime idle </proc/uptime && now=${uptime%.*}${uptime#*.} || exit 1
if [ -e /run/lvsctl-failover/cable.began ]; then
  verify 2>/dev/null || echo '\''left cable'\''
  undo
  verify || exit 1
  [ -e /run/lvsctl-failover/cable.undone ] || echo "$by $uptime" >/run/lvsctl-failover/cable.undone
fi
rm -f /run/lvsctl-failover/cable.undo /run/lvsctl-failover/cable.saved*
)
main() {
  case $by in lvsctl | clean-up) attempt; exit ;; esac
  pause=1
  until attempt; do
    sleep "$pause"
    pause=$((pause * 2))
    [ "$pause" -le 30 ] || pause=30
  done
  [ "$by" = timer ] || { systemctl stop lvsctl-failover-undo-cable.timer lvsctl-failover-undo-cable.service 2>/dev/null
systemctl reset-failed lvsctl-failover-undo-cable.timer lvsctl-failover-undo-cable.service 2>/dev/null; }
  exit 0
}
main
'
keep /run/lvsctl-failover/cable.alone 'exec 2>/run/lvsctl-failover/cable.refused
sleep 0.3
{ [ -d /run/lvsctl-failover ] && exec 9>>/run/lvsctl-failover/lock && flock 9; } ||
  { echo '\''cannot lock /run/lvsctl-failover: the host has rebooted, has no flock(1), or /run is full'\'' >&2; exit 1; }
{ read -r token latest </run/lvsctl-failover/cable.armed; } 2>/dev/null && [ "$token" = 5c0f9a4e-0000-4000-8000-000000000001 ] ||
  { echo '\''refused: the fault is no longer armed; the host has already undone it'\'' >&2; exit 1; }
read -r uptime idle </proc/uptime && now=${uptime%.*}${uptime#*.} || exit 1
[ "$now" -le "$latest" ] ||
  { echo '\''refused: too late; the fault must begin within 15 s after arming'\'' >&2; exit 1; }
{ echo "$uptime" >/run/lvsctl-failover/cable.began && [ "$(cat /run/lvsctl-failover/cable.began)" = "$uptime" ]; } 2>/dev/null ||
  { echo '\''refused: cannot write /run/lvsctl-failover/cable.began; is /run full?'\'' >&2; exit 1; }
ip link set dev eth0 down || { rm -f /run/lvsctl-failover/cable.began; exit 1; }
exec 9>&-
sleep 8.000
exec /bin/sh /run/lvsctl-failover/cable.undo itself'
systemctl stop lvsctl-failover-undo-cable.timer lvsctl-failover-undo-cable.service lvsctl-failover-fault-cable.timer lvsctl-failover-fault-cable.service 2>/dev/null
systemctl reset-failed lvsctl-failover-undo-cable.timer lvsctl-failover-undo-cable.service lvsctl-failover-fault-cable.timer lvsctl-failover-fault-cable.service 2>/dev/null
read -r uptime idle </proc/uptime && now=${uptime%.*}${uptime#*.} || exit 1
keep /run/lvsctl-failover/cable.armed 5c0f9a4e-0000-4000-8000-000000000001" $((now + 1500))"
systemd-run --quiet --unit=lvsctl-failover-undo-cable --on-active=24 --timer-property=AccuracySec=100ms --property=Restart=on-failure --property=RestartSec=5 /bin/sh -c '[ ! -e /run/lvsctl-failover/cable.undo ] || exec /bin/sh /run/lvsctl-failover/cable.undo timer' ||
  refuse 'systemd cannot start the undo timer'
echo armed
{ [ -d /run/lvsctl-failover ] && exec 9>>/run/lvsctl-failover/lock && flock 9; } ||
  { echo 'cannot lock /run/lvsctl-failover: the host has rebooted, has no flock(1), or /run is full' >&2; exit 1; }
{ read -r token latest </run/lvsctl-failover/cable.armed; } 2>/dev/null && [ "$token" = 5c0f9a4e-0000-4000-8000-000000000001 ] ||
  { echo 'refused: the fault is no longer armed; the host has already undone it' >&2; exit 1; }
read -r uptime idle </proc/uptime && now=${uptime%.*}${uptime#*.} || exit 1
[ "$now" -le "$latest" ] ||
  { echo 'refused: too late; the fault must begin within 15 s after arming' >&2; exit 1; }
systemd-run --quiet --unit=lvsctl-failover-fault-cable /bin/sh /run/lvsctl-failover/cable.alone
[ "$(cat /run/lvsctl-failover/cable.token 2>/dev/null)" = 5c0f9a4e-0000-4000-8000-000000000001 ] || { echo gone; exit 0; }
systemctl stop lvsctl-failover-fault-cable.timer lvsctl-failover-fault-cable.service 2>/dev/null
systemctl reset-failed lvsctl-failover-fault-cable.timer lvsctl-failover-fault-cable.service 2>/dev/null
[ ! -e /run/lvsctl-failover/cable.undo ] || /bin/sh /run/lvsctl-failover/cable.undo lvsctl || exit
systemctl stop lvsctl-failover-undo-cable.timer lvsctl-failover-undo-cable.service 2>/dev/null
systemctl reset-failed lvsctl-failover-undo-cable.timer lvsctl-failover-undo-cable.service 2>/dev/null
for what in began undone; do
  [ ! -r /run/lvsctl-failover/cable.$what ] || echo "$what $(cat /run/lvsctl-failover/cable.$what)"
done
[ -e /run/lvsctl-failover/cable.began ] || [ ! -s /run/lvsctl-failover/cable.refused ] ||
  sed -n '1s/^\(refused: \)*/refused /p' /run/lvsctl-failover/cable.refused
:
