if [ -d /run/systemd/system ]; then
! command -v systemd-run >/dev/null || echo 'timers systemd'
fi
echo 'port 80 192.168.168.102 192.168.168.12'
command -v ss >/dev/null || { echo 'no ss'; exit 0; }
ss -ltnp 'sport = :80' | while read -r state received sent place rest; do
  echo "socket $state $received $sent $place"
  for pid in $(printf '%s\n' "$rest" | grep -o 'pid=[0-9]*' | cut -d= -f2 | sort -un); do
    echo "listener $(cat "/proc/$pid/comm")"
    sed 's/^/cgroup /' "/proc/$pid/cgroup"
  done
done
