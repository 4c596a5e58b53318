command -v curl >/dev/null || { echo 'curl is not installed' >&2; exit 127; }
set -- $(curl -q --version)
case " $* " in *' http '*) ;; *) echo 'curl does not support http, which the requests need' >&2; exit 127 ;; esac
oldest=$(printf '%s\n' 7.84.0 "$2" | sort -t. -k1,1n -k2,2n -k3,3n | head -n 1)
dir=$(mktemp -d) || exit 1
pids=
trap 'trap "" HUP INT PIPE TERM; rm -rf "$dir"; kill $pids 2>/dev/null' EXIT
trap 'exit 1' HUP INT PIPE TERM
ask() {
  sleep "$delay"
  [ "$oldest" != 7.84.0 ] || exec curl -q --rate 12857/h "$@" 'http://192.168.168.12:80/#[1-1072]'
  n=0
  while [ "$n" -lt 1072 ]; do
    n=$((n + 1))
    sleep 0.280 &
    curl -q -g "$@" http://192.168.168.12:80/
    wait
  done
}
stamp() {
  trap 'kill "$$" 2>/dev/null' EXIT
  trap 'exit 1' HUP INT PIPE TERM
  while read -r line; do
    read -r now idle </proc/uptime
    echo "$now $line" || exit 1
  done
}
set -- -s -k -o /dev/null --noproxy '*' --max-time 0.250 -H 'Connection: close' -w '%{stderr}%{http_code} %{time_total}\n'
for delay in 0.000 0.150 0.300 0.450 0.600 0.750 0.900 1.050 1.200 1.350 1.500 1.650 1.800 1.950; do
  mkfifo "$dir/$delay"
  ask "$@" </dev/null >/dev/null 2>"$dir/$delay" &
  pids="$pids $!"
  stamp <"$dir/$delay" &
  pids="$pids $!"
done
wait
