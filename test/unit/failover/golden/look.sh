for unit in keepalived lvs-agent; do echo "unit $unit $(systemctl is-active "$unit" 2>/dev/null)"; done
[ ! -d /run/systemd/system ] || ! command -v systemd-run >/dev/null || echo systemd
ip -o -4 addr show | sed 's/^/address /'
ip -o link show | sed 's/^/link /'
[ ! -d /run/systemd/system ] || ! command -v systemd-run >/dev/null || echo systemd
command -v ss >/dev/null || { echo 'no ss'; exit 0; }
for pid in $(ss -ltnp 'sport = :80' | grep -o 'pid=[0-9]*' | cut -d= -f2 | sort -un); do
  echo "listener $(cat "/proc/$pid/comm")"
  sed 's/^/cgroup /' "/proc/$pid/cgroup"
done
