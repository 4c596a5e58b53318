set -e
umask 077
mkdir -p /run/lvsctl-failover
rm -f /run/lvsctl-failover/daemon.began /run/lvsctl-failover/daemon.undone
printf '%s' 'by=$1
at=$(date +%s.%N)
undo() {
systemctl reset-failed keepalived 2>/dev/null
systemctl start keepalived
}
undo && { [ -e /run/lvsctl-failover/daemon.undone ] || echo "$by $at" >/run/lvsctl-failover/daemon.undone; }
' >/run/lvsctl-failover/daemon.undo
systemctl stop lvsctl-failover-undo-daemon.timer lvsctl-failover-undo-daemon.service 2>/dev/null || :
systemctl reset-failed lvsctl-failover-undo-daemon.timer lvsctl-failover-undo-daemon.service 2>/dev/null || :
systemd-run --quiet --unit=lvsctl-failover-undo-daemon --on-active=14 --timer-property=AccuracySec=100ms /bin/sh /run/lvsctl-failover/daemon.undo timer
: >/run/lvsctl-failover/daemon.armed
set -e
umask 077
exec 9>/run/lvsctl-failover/daemon.lock
! command -v flock >/dev/null || flock 9
[ -e /run/lvsctl-failover/daemon.armed ] || { echo 'it is no longer wanted' >&2; exit 1; }
date +%s.%N >/run/lvsctl-failover/daemon.began
systemctl stop keepalived
[ -d /run/lvsctl-failover ] || exit 0
exec 9>/run/lvsctl-failover/daemon.lock
! command -v flock >/dev/null || flock 9
rm -f /run/lvsctl-failover/daemon.armed
systemctl stop lvsctl-failover-fault-daemon.service 2>/dev/null
[ ! -e /run/lvsctl-failover/daemon.undo ] || /bin/sh /run/lvsctl-failover/daemon.undo lvsctl || exit
systemctl stop lvsctl-failover-undo-daemon.timer 2>/dev/null
systemctl reset-failed 'lvsctl-failover-*' 2>/dev/null
for what in began undone; do
  [ ! -r /run/lvsctl-failover/daemon.$what ] || echo "$what $(cat /run/lvsctl-failover/daemon.$what)"
done
rm -f /run/lvsctl-failover/daemon.undo /run/lvsctl-failover/daemon.began /run/lvsctl-failover/daemon.undone
