import { type Command, sh } from '../remote/command.ts';
import type { Fault } from './fault.ts';
import { readUptime, STATE_DIR, takeLock } from './state-folder.ts';

/** Longest pause between two attempts of the host itself, in seconds; pauses double up to this. */
const LONGEST_PAUSE = 30;

/**
 * The script on the host that undoes a fault. Its argument is the caller: `lvsctl` and `clean-up` try once and fail with
 * the reason, `timer` and `itself` retry until they succeed. Each attempt takes the lock, revokes the permission to inject,
 * restores the saved state, and compares the host with it. The script and the saved state are removed only when they
 * match, so their presence means that the host may still be broken, and their absence that it is not.
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
