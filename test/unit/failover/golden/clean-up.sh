(
[ -d /run/lvsctl-failover ] || exit 0
systemctl stop 'lvsctl-failover-fault-*' 2>/dev/null
for undo in /run/lvsctl-failover/*.undo; do
  [ ! -e "$undo" ] || /bin/sh "$undo" clean-up || exit
done
{ [ -d /run/lvsctl-failover ] && exec 9>>/run/lvsctl-failover/lock && flock 9; } ||
  { echo 'cannot lock /run/lvsctl-failover: the host has rebooted, has no flock(1), or /run is full' >&2; exit 1; }
for undo in /run/lvsctl-failover/*.undo; do
  [ ! -e "$undo" ] || { echo 'another run has armed a fault on this host' >&2; exit 1; }
done
systemctl stop 'lvsctl-failover-undo-*' 2>/dev/null
systemctl reset-failed 'lvsctl-failover-*' 2>/dev/null
rm -rf /run/lvsctl-failover
) || exit
