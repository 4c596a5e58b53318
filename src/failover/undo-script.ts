import { type Command, sh } from '../remote/command.ts';
import type { Fault } from './fault.ts';
import { readUptime, STATE_DIR, takeLock } from './state-folder.ts';

/** Seconds between two tries of the host itself: doubled each time up to this. */
const LONGEST_PAUSE = 30;

/**
 * The script on the host that puts a fault back. Its first word is on whose behalf: `lvsctl` and `clean-up` try once
 * and fail with the reason, `timer` and `itself` try until it is done. Each try holds the lock, withdraws the
 * permission to break anything, undoes, and looks at the host; only when all is as it was are the notes removed.
 * So a note that is still there means that the host may still be broken, and one that is gone that it is not.
 */
export function undoScript({ name, functions, undo, verify }: Fault): Command {
  const file = (what: string): string => `${STATE_DIR}/${name}.${what}`;
  return sh`by=$1
missing() { echo "not undone yet: $*" >&2; return 1; }
${functions}
verify() {
${verify}
}
undo() {
${undo}
}
attempt() (
${takeLock()}
[ -e ${file('undo')} ] || exit 0
rm -f ${file('armed')}
${readUptime()}
if [ -e ${file('began')} ]; then
  verify 2>/dev/null || echo ${`left ${name}`}
  undo
  verify || exit 1
  [ -e ${file('undone')} ] || echo "$by $uptime" >${file('undone')}
fi
rm -f ${file('undo')} ${file('saved')}*
)
main() {
  case $by in lvsctl | clean-up) attempt; exit ;; esac
  pause=1
  until attempt; do
    sleep "$pause"
    pause=$((pause * 2))
    [ "$pause" -le ${LONGEST_PAUSE} ] || pause=${LONGEST_PAUSE}
  done
  [ "$by" = timer ] || systemctl stop ${`lvsctl-failover-undo-${name}.timer`} 2>/dev/null
  exit 0
}
main
`;
}
