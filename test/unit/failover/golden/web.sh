umask 077
refuse() { echo "refused $*"; rm -f /run/lvsctl-failover/web.*; exit 0; }
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
[ ! -e /run/lvsctl-failover/web.undo ] || { echo 'an earlier fault of this kind has not been undone yet' >&2; exit 1; }
rm -f /run/lvsctl-failover/web.* || exit 1
values() { systemctl show "$@" | sed 's/^[^=]*=//' | tr '\n' ' '; }
systemctl is-active --quiet nginx.service || refuse 'nginx.service is not active.'
enabled=$(systemctl is-enabled nginx.service 2>/dev/null)
case $enabled in
  masked*) refuse 'nginx.service is masked and could not be started again. Unmask it: systemctl unmask nginx.service' ;;
  enabled | alias | generated) wanted=yes ;;
  *-runtime | transient) enabled="only $enabled" wanted= ;;
  *) wanted=$(values -p WantedBy -p RequiredBy -p UpheldBy -p TriggeredBy nginx.service | tr -d ' ') ;;
esac
[ -n "$wanted" ] ||
  refuse nginx.service" is ${enabled:-not enabled}: a reboot during the fault would leave it stopped. Enable it: systemctl enable "nginx.service
[ "$(values -p RefuseManualStart -p RefuseManualStop nginx.service)" = 'no no ' ] ||
  refuse 'nginx.service may not be stopped and started by hand (RefuseManualStart, RefuseManualStop).'
units=nginx.service new=nginx.service
while [ -n "$new" ]; do
  next=
  for each in $new; do
    for dependent in $(values -p RequiredBy -p RequisiteOf -p BoundBy -p ConsistsOf "$each"); do
      case " $units " in *" $dependent "*) continue ;; esac
      systemctl is-active --quiet "$dependent" || continue
      case $dependent in *.scope | *.device | *.slice)
        refuse nginx.service" cannot be stopped alone: $dependent stops with it, and systemd cannot start that." ;;
      esac
      units="$units $dependent" next="$next $dependent"
    done
  done
  new=$next
done
keep /run/lvsctl-failover/web.saved-units "$units"
keep /run/lvsctl-failover/web.token 5c0f9a4e-0000-4000-8000-000000000001
keep /run/lvsctl-failover/web.undo 'by=$1
missing() { echo "not undone yet: $*" >&2; return 1; }

verify() {
units=$(cat /run/lvsctl-failover/web.saved-units) && [ -n "$units" ] || { missing '\''/run/lvsctl-failover/web.saved-units cannot be read'\''; return 1; }
for unit in $units; do
  systemctl is-active --quiet "$unit" || missing "$unit is $(systemctl is-active "$unit"), see: systemctl status $unit" || return
done
}
undo() {
units=$(cat /run/lvsctl-failover/web.saved-units) && [ -n "$units" ] || { missing '\''/run/lvsctl-failover/web.saved-units cannot be read'\''; return 1; }
systemctl reset-failed $units 2>/dev/null
systemctl start $units
sleep 1
}
attempt() (
{ [ -d /run/lvsctl-failover ] && exec 9>>/run/lvsctl-failover/lock && flock 9; } ||
  { echo '\''cannot lock /run/lvsctl-failover: the host has rebooted, has no flock(1), or /run is full'\'' >&2; exit 1; }
[ -e /run/lvsctl-failover/web.undo ] || exit 0
rm -f /run/lvsctl-failover/web.armed
read -r uptime idle </proc/uptime && now=${uptime%.*}${uptime#*.} || exit 1
if [ -e /run/lvsctl-failover/web.began ]; then
  verify 2>/dev/null || echo '\''left web'\''
  undo
  verify || exit 1
  [ -e /run/lvsctl-failover/web.undone ] || echo "$by $uptime" >/run/lvsctl-failover/web.undone
fi
rm -f /run/lvsctl-failover/web.undo /run/lvsctl-failover/web.saved*
)
main() {
  case $by in lvsctl | clean-up) attempt; exit ;; esac
  pause=1
  until attempt; do
    sleep "$pause"
    pause=$((pause * 2))
    [ "$pause" -le 30 ] || pause=30
  done
  [ "$by" = timer ] || { systemctl stop lvsctl-failover-undo-web.timer lvsctl-failover-undo-web.service 2>/dev/null
systemctl reset-failed lvsctl-failover-undo-web.timer lvsctl-failover-undo-web.service 2>/dev/null; }
  exit 0
}
main
'
keep /run/lvsctl-failover/web.alone ''
systemctl stop lvsctl-failover-undo-web.timer lvsctl-failover-undo-web.service lvsctl-failover-fault-web.timer lvsctl-failover-fault-web.service 2>/dev/null
systemctl reset-failed lvsctl-failover-undo-web.timer lvsctl-failover-undo-web.service lvsctl-failover-fault-web.timer lvsctl-failover-fault-web.service 2>/dev/null
read -r uptime idle </proc/uptime && now=${uptime%.*}${uptime#*.} || exit 1
keep /run/lvsctl-failover/web.armed 5c0f9a4e-0000-4000-8000-000000000001" $((now + 1500))"
systemd-run --quiet --unit=lvsctl-failover-undo-web --on-active=34 --timer-property=AccuracySec=100ms --property=Restart=on-failure --property=RestartSec=5 /bin/sh -c '[ ! -e /run/lvsctl-failover/web.undo ] || exec /bin/sh /run/lvsctl-failover/web.undo timer' ||
  refuse 'systemd cannot start the undo timer'
echo armed
umask 077
{ [ -d /run/lvsctl-failover ] && exec 9>>/run/lvsctl-failover/lock && flock 9; } ||
  { echo 'cannot lock /run/lvsctl-failover: the host has rebooted, has no flock(1), or /run is full' >&2; exit 1; }
{ read -r token latest </run/lvsctl-failover/web.armed; } 2>/dev/null && [ "$token" = 5c0f9a4e-0000-4000-8000-000000000001 ] ||
  { echo 'refused: the fault is no longer armed; the host has already undone it' >&2; exit 1; }
read -r uptime idle </proc/uptime && now=${uptime%.*}${uptime#*.} || exit 1
[ "$now" -le "$latest" ] ||
  { echo 'refused: too late; the fault must begin within 15 s after arming' >&2; exit 1; }
{ echo "$uptime" >/run/lvsctl-failover/web.began && [ "$(cat /run/lvsctl-failover/web.began)" = "$uptime" ]; } 2>/dev/null ||
  { echo 'refused: cannot write /run/lvsctl-failover/web.began; is /run full?' >&2; exit 1; }
systemctl --no-block stop nginx.service
[ "$(cat /run/lvsctl-failover/web.token 2>/dev/null)" = 5c0f9a4e-0000-4000-8000-000000000001 ] || { echo gone; exit 0; }
systemctl stop lvsctl-failover-fault-web.timer lvsctl-failover-fault-web.service 2>/dev/null
systemctl reset-failed lvsctl-failover-fault-web.timer lvsctl-failover-fault-web.service 2>/dev/null
[ ! -e /run/lvsctl-failover/web.undo ] || /bin/sh /run/lvsctl-failover/web.undo lvsctl || exit
systemctl stop lvsctl-failover-undo-web.timer lvsctl-failover-undo-web.service 2>/dev/null
systemctl reset-failed lvsctl-failover-undo-web.timer lvsctl-failover-undo-web.service 2>/dev/null
for what in began undone; do
  [ ! -r /run/lvsctl-failover/web.$what ] || echo "$what $(cat /run/lvsctl-failover/web.$what)"
done
[ -e /run/lvsctl-failover/web.began ] || [ ! -s /run/lvsctl-failover/web.refused ] ||
  sed -n '1s/^\(refused: \)*/refused /p' /run/lvsctl-failover/web.refused
:
