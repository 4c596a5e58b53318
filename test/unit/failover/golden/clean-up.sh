(
[ -d /run/lvsctl-failover ] || exit 0
if [ -d /run/systemd/system ]; then
systemctl stop 'lvsctl-failover-fault-*.timer' 'lvsctl-failover-fault-*.service' 2>/dev/null
systemctl reset-failed 'lvsctl-failover-fault-*.timer' 'lvsctl-failover-fault-*.service' 2>/dev/null
fi
for undo in /run/lvsctl-failover/*.undo; do
  [ ! -e "$undo" ] || /bin/sh "$undo" clean-up || exit
done
{ [ -d /run/lvsctl-failover ] && exec 9>>/run/lvsctl-failover/lock && flock 9; } ||
  { echo 'cannot lock /run/lvsctl-failover: the host has rebooted, has no flock(1), or /run is full' >&2; exit 1; }
for undo in /run/lvsctl-failover/*.undo; do
  [ ! -e "$undo" ] || { echo 'another run has armed a fault on this host' >&2; exit 1; }
done
if [ -d /run/systemd/system ]; then
systemctl stop 'lvsctl-failover-undo-*.timer' 'lvsctl-failover-undo-*.service' 2>/dev/null
systemctl reset-failed 'lvsctl-failover-undo-*.timer' 'lvsctl-failover-undo-*.service' 2>/dev/null
fi
rm -rf /run/lvsctl-failover
) || exit
