mkdir -m 700 /run/lvsctl-failover 2>/dev/null ||
  { [ ! -L /run/lvsctl-failover ] && [ -d /run/lvsctl-failover ] && [ -O /run/lvsctl-failover ] && chmod 700 /run/lvsctl-failover; } ||
  { echo 'cannot use /run/lvsctl-failover: it is not a directory owned by root, or /run is full' >&2; exit 1; }
watch() {
  list() { ip -o addr show; }
  poll() {
    [ -z "$monitor" ] && current=$(list) && [ "$current" != "$listed" ] || return 0
    read -r uptime idle </proc/uptime
    printf '%s\n' "$listed" | grep -vxFe "$current" | sed "s/^/[$uptime] Deleted /"
    printf '%s\n' "$current" | grep -vxFe "$listed" | sed "s/^/[$uptime] /"
    listed=$current
  }
  monitor=
  if ip -V >/dev/null; then
  sh -c 'echo $$; exec ip -o monitor address' | {
    read -r process
    trap 'kill "$process"' EXIT
    trap 'exit 1' HUP INT PIPE TERM
    while read -r line; do
      read -r uptime idle </proc/uptime
      echo "[$uptime] $line" || exit 1
    done
  } &
  monitor=$!
  trap 'kill "$monitor"' EXIT
  sleep 0.1
  fi
  trap 'exit 1' HUP INT PIPE TERM
  listed=$(list)
  printf '%s\n' "$listed" | sed 's/^/now /'
  tick=0 before=none
  while [ "$tick" -lt 1200 ]; do
    table= service=
    [ ! -r /proc/net/ip_vs ] || while read -r kind address forward weight rest; do
      case $kind in
        TCP | FWM) service=$address ;;
        '->') [ -z "$service" ] || table="$table $service/$address/$weight" ;;
        *) service= ;;
      esac
    done </proc/net/ip_vs
    [ "$table" = "$before" ] || echo "table$table"
    before=$table
    poll
    [ $((tick % 4)) -ne 0 ] || { read -r uptime idle </proc/uptime && read -r boot </proc/sys/kernel/random/boot_id && echo "beat $uptime $boot"; } || exit 1
    tick=$((tick + 1))
    sleep 0.25
  done
}
watch 2>/dev/null | tee -a /run/lvsctl-failover/watch
{
  list() { ip -o -4 neigh show to 192.168.168.12; }
  poll() {
    [ -z "$monitor" ] && current=$(list) && [ "$current" != "$listed" ] || return 0
    read -r uptime idle </proc/uptime
    printf '%s\n' "$listed" | grep -vxFe "$current" | sed "s/^/[$uptime] Deleted /"
    printf '%s\n' "$current" | grep -vxFe "$listed" | sed "s/^/[$uptime] /"
    listed=$current
  }
  monitor=
  if ip -V >/dev/null; then
  sh -c 'echo $$; exec ip -o monitor neigh' | {
    read -r process
    trap 'kill "$process"' EXIT
    trap 'exit 1' HUP INT PIPE TERM
    while read -r line; do
      read -r uptime idle </proc/uptime
      echo "[$uptime] $line" || exit 1
    done
  } &
  monitor=$!
  trap 'kill "$monitor"' EXIT
  sleep 0.1
  fi
  trap 'exit 1' HUP INT PIPE TERM
  listed=$(list)
  printf '%s\n' "$listed" | sed 's/^/now /'
  tick=0 before=none
  while [ "$tick" -lt 1200 ]; do
  poll
    [ $((tick % 4)) -ne 0 ] || { read -r uptime idle </proc/uptime && read -r boot </proc/sys/kernel/random/boot_id && echo "beat $uptime $boot"; } || exit 1
    tick=$((tick + 1))
    sleep 0.25
  done
} 2>/dev/null
[ ! -r /run/lvsctl-failover/watch ] || grep -v '^beat ' /run/lvsctl-failover/watch
for beat in 1 2 3; do { read -r uptime idle </proc/uptime && read -r boot </proc/sys/kernel/random/boot_id && echo "beat $uptime $boot"; }; done
