set -e
umask 077
mkdir -p /run/lvsctl-failover
rm -f /run/lvsctl-failover/web.began /run/lvsctl-failover/web.undone
printf '%s' 'by=$1
at=$(date +%s.%N)
undo() {
systemctl reset-failed nginx.service 2>/dev/null
systemctl start nginx.service
}
undo && { [ -e /run/lvsctl-failover/web.undone ] || echo "$by $at" >/run/lvsctl-failover/web.undone; }
' >/run/lvsctl-failover/web.undo
systemctl stop lvsctl-failover-undo-web.timer lvsctl-failover-undo-web.service 2>/dev/null || :
systemctl reset-failed lvsctl-failover-undo-web.timer lvsctl-failover-undo-web.service 2>/dev/null || :
systemd-run --quiet --unit=lvsctl-failover-undo-web --on-active=24 --timer-property=AccuracySec=100ms /bin/sh /run/lvsctl-failover/web.undo timer
: >/run/lvsctl-failover/web.armed
set -e
umask 077
exec 9>/run/lvsctl-failover/web.lock
! command -v flock >/dev/null || flock 9
[ -e /run/lvsctl-failover/web.armed ] || { echo 'it is no longer wanted' >&2; exit 1; }
date +%s.%N >/run/lvsctl-failover/web.began
systemctl stop nginx.service
[ -d /run/lvsctl-failover ] || exit 0
exec 9>/run/lvsctl-failover/web.lock
! command -v flock >/dev/null || flock 9
rm -f /run/lvsctl-failover/web.armed
systemctl stop lvsctl-failover-fault-web.service 2>/dev/null
[ ! -e /run/lvsctl-failover/web.undo ] || /bin/sh /run/lvsctl-failover/web.undo lvsctl || exit
systemctl stop lvsctl-failover-undo-web.timer 2>/dev/null
systemctl reset-failed 'lvsctl-failover-*' 2>/dev/null
for what in began undone; do
  [ ! -r /run/lvsctl-failover/web.$what ] || echo "$what $(cat /run/lvsctl-failover/web.$what)"
done
rm -f /run/lvsctl-failover/web.undo /run/lvsctl-failover/web.began /run/lvsctl-failover/web.undone
