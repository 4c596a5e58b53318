import { SYSLOG_FILES } from '../platforms/syslog.ts';
import { type Command, lines, sh } from '../remote/command.ts';

/** Exchanges by which the clock of a host is compared. */
export const CLOCK_TURNS = 4;

/** Bytes at the end of a file of syslog. */
const TAIL = 4_000_000;

export interface LogQuery {
  readonly sinceSeconds: number;
  /** At most so many messages of each host, the newest; those that are followed come on top. */
  readonly lines: number;
  readonly follow: boolean;
  /** Units of systemd; none for all messages. */
  readonly units: readonly string[];
}

/**
 * Prints `ready`; answers each line of standard input with `clock SECONDS`, `CLOCK_TURNS` times; then prints `journal`,
 * `syslog ZONE NOW` or `none`, and the messages; those of a journal that is not followed with the newest first. The span is taken from the clock of the host, which its messages have.
 * When followed, it ends with the connection.
 */
export function logScript({ sinceSeconds, lines: most, follow, units }: LogQuery): Command {
  // With --since, -n alone would print the oldest.
  const count = follow ? sh`-n ${most} -f` : sh`-n ${most} -r`;
  const chosen = sh`${units.map((unit) => `--unit=${unit}`)}`;
  return lines([
    sh`exec 3<&0
echo ready
turn=0
while [ $turn -lt ${CLOCK_TURNS} ]; do
turn=$((turn + 1))
read -r ping || exit 0
echo "clock $(date +%s.%N)"
done
now=$(date +%s)
follow() {
"$@" </dev/null &
reader=$!
{ cat <&3; kill "$reader"; } >/dev/null 2>&1 &
watcher=$!
wait "$reader"
rc=$?
kill "$watcher"
exit "$rc"
}
if [ -d /run/systemd/journal ] && command -v journalctl >/dev/null; then
echo journal
fields=--output-fields=MESSAGE,SYSLOG_IDENTIFIER,_COMM,_PID,SYSLOG_PID,PRIORITY,_SYSTEMD_UNIT
journalctl "$fields" -n 0 >/dev/null 2>&1 || fields=--quiet
set -- journalctl --quiet --no-pager -o json "$fields" --since="@$((now - ${sinceSeconds}))" ${count} ${chosen}
else
found=
for log in ${SYSLOG_FILES}; do
[ -r "$log" ] || continue
found=$log
break
done
[ -n "$found" ] || { echo none; exit 0; }
echo "syslog $(date +%z) $now"`,
    follow ? sh`set -- tail -c ${TAIL} -F "$found"` : sh`set -- tail -c ${TAIL} "$found"`,
    sh`fi`,
    follow ? sh`follow "$@"` : sh`exec "$@" </dev/null`,
  ]);
}
