import { type Command, sh } from '../remote/command.ts';
import { faultUnit, stateFile, type Token, undoUnit } from './arming.ts';
import { secondsToMs } from './clock.ts';
import type { Fault } from './fault.ts';
import { STATE_DIR, takeLock } from './state-folder.ts';

/**
 * Undoes a fault and disarms it, in an order that cannot break anything again: a pending injection is stopped first, and
 * the timer last, once the host is restored. Prints the times that the host recorded, or `gone` when it has no record of
 * this arming, after a reboot or after another run has cleaned up. The records stay until the clean-up, because an answer
 * may be lost and requested again.
 */
export function putBack({ name }: Fault, token: Token): Command {
  const unit = undoUnit(name);
  return sh`[ "$(cat ${stateFile(name, 'token')} 2>/dev/null)" = ${token} ] || { echo gone; exit 0; }
systemctl stop ${`${faultUnit(name)}.service`} 2>/dev/null
[ ! -e ${stateFile(name, 'undo')} ] || /bin/sh ${stateFile(name, 'undo')} lvsctl || exit
systemctl stop ${`${unit}.timer`} ${`${unit}.service`} 2>/dev/null
systemctl reset-failed 'lvsctl-failover-*' 2>/dev/null
for what in began undone; do
  [ ! -r ${STATE_DIR}/${name}.$what ] || echo "$what $(cat ${STATE_DIR}/${name}.$what)"
done
[ -e ${stateFile(name, 'began')} ] || [ ! -s ${stateFile(name, 'refused')} ] ||
  sed -n '1s/^\\(refused: \\)*/refused /p' ${stateFile(name, 'refused')}
:`;
}

/** What undid the fault: lvsctl, the end of a fault of fixed length, or the timer. */
export type UndoneBy = 'lvsctl' | 'itself' | 'timer';

/** When a fault began and ended, in milliseconds of the host's uptime; undefined where unknown. */
export interface FaultTimes {
  readonly beganMs: number | undefined;
  readonly undoneMs: number | undefined;
  readonly undoneBy: UndoneBy;
  /** Why the host refused to inject; undefined when it did not, or gave no reason. */
  readonly refused: string | undefined;
  /** The host has no record of this fault any more. */
  readonly gone: boolean;
}

export function parsePutBack(stdout: string): FaultTimes {
  const undone = /^undone (\S+) (\S+)$/m.exec(stdout);
  const by = undone?.[1];
  return {
    beganMs: secondsToMs(/^began (\S+)$/m.exec(stdout)?.[1] ?? ''),
    undoneMs: secondsToMs(undone?.[2] ?? ''),
    undoneBy: by === 'itself' || by === 'timer' ? by : 'lvsctl',
    refused: /^refused (.+)$/m.exec(stdout)?.[1],
    gone: /^gone$/m.test(stdout),
  };
}

/**
 * Undoes what a killed run left behind and removes its records. Prints `left NAME` for each fault that it found. It
 * compares the host with the saved state, and fails when that cannot be restored.
 */
export function cleanUp(): Command {
  return sh`(
[ -d ${STATE_DIR} ] || exit 0
systemctl stop 'lvsctl-failover-fault-*' 2>/dev/null
for undo in ${STATE_DIR}/*.undo; do
  [ ! -e "$undo" ] || /bin/sh "$undo" clean-up || exit
done
${takeLock()}
for undo in ${STATE_DIR}/*.undo; do
  [ ! -e "$undo" ] || { echo 'another run has armed a fault on this host' >&2; exit 1; }
done
systemctl stop 'lvsctl-failover-undo-*' 2>/dev/null
systemctl reset-failed 'lvsctl-failover-*' 2>/dev/null
rm -rf ${STATE_DIR}
) || exit`;
}
