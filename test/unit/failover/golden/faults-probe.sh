if [ -d /run/systemd/system ]; then
! command -v systemd-run >/dev/null || echo 'timers systemd'
elif { [ -e /run/openrc/softlevel ] || [ -e /lib/rc/init.d/softlevel ]; } && command -v rc-service >/dev/null; then
! command -v setsid >/dev/null || echo 'timers openrc'
elif { command -v sv && command -v runsvdir; } >/dev/null 2>&1 && { read -r comm < /proc/1/comm && [ "$comm" = runit ]; } 2>/dev/null; then
! command -v setsid >/dev/null || echo 'timers runit'
elif { [ -d /etc/init.d ] && read -r comm < /proc/1/comm && [ "$comm" = init ] && { command -v update-rc.d || command -v chkconfig; } >/dev/null; } 2>/dev/null; then
! command -v setsid >/dev/null || echo 'timers sysvinit'
elif { [ -x /etc/init.d/rcS ] && command -v busybox >/dev/null && read -r comm < /proc/1/comm && [ "$comm" = init ]; } 2>/dev/null; then
! command -v setsid >/dev/null || echo 'timers busybox'
fi
echo 'port 80 192.168.168.102 192.168.168.12'
command -v ss >/dev/null || { echo 'no ss'; exit 0; }
ss -ltnp 'sport = :80' | while read -r state received sent place rest; do
  echo "socket $state $received $sent $place"
  for pid in $(printf '%s\n' "$rest" | grep -o 'pid=[0-9]*' | cut -d= -f2 | sort -un); do
    echo "listener $(cat "/proc/$pid/comm")"
    { if [ -d /run/systemd/system ]; then
cat "/proc/$pid/cgroup"
elif { [ -e /run/openrc/softlevel ] || [ -e /lib/rc/init.d/softlevel ]; } && command -v rc-service >/dev/null; then
read -r comm < "/proc/$pid/comm" && [ -x "/etc/init.d/$comm" ] && echo "initscript $comm"
elif { command -v sv && command -v runsvdir; } >/dev/null 2>&1 && { read -r comm < /proc/1/comm && [ "$comm" = runit ]; } 2>/dev/null; then
read -r line < "/proc/$pid/stat" && line=${line##*') '} && parent=${line#? } && words=$(tr '\0' ' ' < "/proc/${parent%% *}/cmdline") && case $words in 'runsv '*) words=${words#runsv } && echo "initscript ${words%% *}" ;; esac
elif { [ -d /etc/init.d ] && read -r comm < /proc/1/comm && [ "$comm" = init ] && { command -v update-rc.d || command -v chkconfig; } >/dev/null; } 2>/dev/null; then
read -r comm < "/proc/$pid/comm" && [ -x "/etc/init.d/$comm" ] && echo "initscript $comm"
elif { [ -x /etc/init.d/rcS ] && command -v busybox >/dev/null && read -r comm < /proc/1/comm && [ "$comm" = init ]; } 2>/dev/null; then
read -r comm < "/proc/$pid/comm" && for script in /etc/init.d/S[0-9][0-9]"$comm" "/etc/init.d/$comm"; do [ ! -x "$script" ] || { echo "initscript $comm"; break; }; done
fi
    } | sed 's/^/cgroup /'
  done
done
