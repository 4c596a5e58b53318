(
[ -d /run/lvsctl-failover ] || exit 0
! command -v systemd-run >/dev/null || {
systemctl stop 'lvsctl-failover-fault-*.timer' 'lvsctl-failover-fault-*.service' 2>/dev/null
systemctl reset-failed 'lvsctl-failover-fault-*.timer' 'lvsctl-failover-fault-*.service' 2>/dev/null
}
! command -v setsid >/dev/null || {
end_job() {
[ -e "$1" ] || return 0
pid=
read -r pid < "$1" || :
case $(tr '\0' ' ' 2>/dev/null < "/proc/$pid/cmdline") in *" ${1##*/} "*)
kill -TERM "-$pid"
left=50
while [ "$left" -gt 0 ] && kill -0 "-$pid"; do sleep 0.1; left=$((left - 1)); done
kill -KILL "-$pid" ;;
esac
rm -f "$1"
} 2>/dev/null
for job in /run/lvsctl/jobs/lvsctl-failover-fault-*; do end_job "$job"; done
}
for undo in /run/lvsctl-failover/*.undo; do
  [ ! -e "$undo" ] || /bin/sh "$undo" clean-up || exit
done
{ [ -d /run/lvsctl-failover ] && exec 9>>/run/lvsctl-failover/lock && flock 9; } ||
  { echo 'cannot lock /run/lvsctl-failover: the host has rebooted, has no flock(1), or /run is full' >&2; exit 1; }
for undo in /run/lvsctl-failover/*.undo; do
  [ ! -e "$undo" ] || { echo 'another run has armed a fault on this host' >&2; exit 1; }
done
! command -v systemd-run >/dev/null || {
systemctl stop 'lvsctl-failover-undo-*.timer' 'lvsctl-failover-undo-*.service' 2>/dev/null
systemctl reset-failed 'lvsctl-failover-undo-*.timer' 'lvsctl-failover-undo-*.service' 2>/dev/null
}
! command -v setsid >/dev/null || {
end_job() {
[ -e "$1" ] || return 0
pid=
read -r pid < "$1" || :
case $(tr '\0' ' ' 2>/dev/null < "/proc/$pid/cmdline") in *" ${1##*/} "*)
kill -TERM "-$pid"
left=50
while [ "$left" -gt 0 ] && kill -0 "-$pid"; do sleep 0.1; left=$((left - 1)); done
kill -KILL "-$pid" ;;
esac
rm -f "$1"
} 2>/dev/null
for job in /run/lvsctl/jobs/lvsctl-failover-undo-*; do end_job "$job"; done
}
rm -rf /run/lvsctl-failover
) || exit
