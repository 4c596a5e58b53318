if [ -d /run/systemd/system ]; then
! command -v systemd-run >/dev/null || echo 'timers systemd'
fi
echo 'port 80'
command -v ss >/dev/null || { echo 'no ss'; exit 0; }
for pid in $(ss -ltnp 'sport = :80' | grep -o 'pid=[0-9]*' | cut -d= -f2 | sort -un); do
  echo "listener $(cat "/proc/$pid/comm")"
  sed 's/^/cgroup /' "/proc/$pid/cgroup"
done
