set -e
umask 077
mkdir -p /run/lvsctl-failover
rm -f /run/lvsctl-failover/cable.began /run/lvsctl-failover/cable.undone
printf '%s' 'by=$1
at=$(date +%s.%N)
undo() {
  ip link set dev eth0 up || return
  tries=0
  until ip link show dev eth0 | grep -q LOWER_UP || [ "$tries" -ge 50 ]; do
    tries=$((tries + 1))
    sleep 0.1
  done
  set -f
  [ ! -e /run/lvsctl-failover/cable.addresses ] || while read -r address flags; do
    ip -6 addr add "$address" dev eth0 $flags 2>/dev/null
  done </run/lvsctl-failover/cable.addresses
  # A route through a gateway needs the route to that gateway first: the second round adds what the first could not.
  for round in 1 2; do
    [ ! -e /run/lvsctl-failover/cable.routes ] || while read -r family route; do
      ip "$family" route add $route 2>/dev/null
    done </run/lvsctl-failover/cable.routes
  done
  :
}
undo && { [ -e /run/lvsctl-failover/cable.undone ] || echo "$by $at" >/run/lvsctl-failover/cable.undone; }
' >/run/lvsctl-failover/cable.undo
systemctl stop lvsctl-failover-undo-cable.timer lvsctl-failover-undo-cable.service 2>/dev/null || :
systemctl reset-failed lvsctl-failover-undo-cable.timer lvsctl-failover-undo-cable.service 2>/dev/null || :
systemd-run --quiet --unit=lvsctl-failover-undo-cable --on-active=14 --timer-property=AccuracySec=100ms /bin/sh /run/lvsctl-failover/cable.undo timer
: >/run/lvsctl-failover/cable.armed
set -e
umask 077
exec 9>/run/lvsctl-failover/cable.lock
! command -v flock >/dev/null || flock 9
[ -e /run/lvsctl-failover/cable.armed ] || { echo 'it is no longer wanted' >&2; exit 1; }
{ ip -4 route show table all |
  sed -E 's/ (linkdown|dead)( |$)/ /g' |
  grep -vE '^[[:space:]]|^(local|broadcast|multicast|anycast) | proto (kernel|ra|keepalived|18)( |$)' | sed 's/^/-4 /'; ip -6 route show table all |
  sed -E 's/ (linkdown|dead)( |$)/ /g' |
  grep -vE '^[[:space:]]|^(local|broadcast|multicast|anycast) | proto (kernel|ra|keepalived|18)( |$)' | sed 's/^/-6 /'; } >/run/lvsctl-failover/cable.routes || :
ip -6 -o addr show dev eth0 scope global | while read -r index name family address rest; do
  case " $rest " in *' dynamic '*) continue ;; esac
  case " "192.168.168.12" " in *" ${address%/*} "*) continue ;; esac
  for flag in nodad noprefixroute; do
    case " $rest " in *" $flag "*) address="$address $flag" ;; esac
  done
  echo "$address"
done >/run/lvsctl-failover/cable.addresses
systemd-run --quiet --unit=lvsctl-failover-fault-cable /bin/sh -c 'sleep 0.3
date +%s.%N >/run/lvsctl-failover/cable.began
ip link set dev eth0 down
sleep 8.000
exec /bin/sh /run/lvsctl-failover/cable.undo itself'
[ -d /run/lvsctl-failover ] || exit 0
exec 9>/run/lvsctl-failover/cable.lock
! command -v flock >/dev/null || flock 9
rm -f /run/lvsctl-failover/cable.armed
systemctl stop lvsctl-failover-fault-cable.service 2>/dev/null
[ ! -e /run/lvsctl-failover/cable.undo ] || /bin/sh /run/lvsctl-failover/cable.undo lvsctl || exit
systemctl stop lvsctl-failover-undo-cable.timer 2>/dev/null
systemctl reset-failed 'lvsctl-failover-*' 2>/dev/null
for what in began undone; do
  [ ! -r /run/lvsctl-failover/cable.$what ] || echo "$what $(cat /run/lvsctl-failover/cable.$what)"
done
rm -f /run/lvsctl-failover/cable.undo /run/lvsctl-failover/cable.began /run/lvsctl-failover/cable.undone
