mkdir -p -m 700 /run/lvsctl-failover
watch() {
  ip -ts -o monitor address &
  monitor=$!
  trap 'kill "$monitor" 2>/dev/null' EXIT
  trap 'exit 1' HUP INT PIPE TERM
  sleep 0.1
  ip -o addr show | sed 's/^/now /'
  tick=0 before=none
  while [ "$tick" -lt 1200 ]; do
    table= service=
    [ ! -r /proc/net/ip_vs ] || while read -r kind address forward weight rest; do
      case $kind in
        TCP) service=$address ;;
        '->') table="$table $service/$address/$weight" ;;
      esac
    done </proc/net/ip_vs
    [ "$table" = "$before" ] || echo "table$table"
    before=$table
    [ $((tick % 4)) -ne 0 ] || echo "beat $(date +%s.%N)" || exit 1
    tick=$((tick + 1))
    sleep 0.25
  done
}
export TZ=UTC0
watch 2>/dev/null | tee -a /run/lvsctl-failover/watch
export TZ=UTC0
ip -ts -o monitor neigh 2>/dev/null &
monitor=$!
trap 'kill "$monitor" 2>/dev/null' EXIT
trap 'exit 1' HUP INT PIPE TERM
ip -o neigh show to 192.168.168.12 | sed 's/^/now /'
tick=0 before=none
  while [ "$tick" -lt 1200 ]; do
  :
    [ $((tick % 4)) -ne 0 ] || echo "beat $(date +%s.%N)" || exit 1
    tick=$((tick + 1))
    sleep 0.25
  done
[ ! -r /run/lvsctl-failover/watch ] || grep -v '^beat ' /run/lvsctl-failover/watch
for beat in 1 2 3; do echo "beat $(date +%s.%N)"; done
