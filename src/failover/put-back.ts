import { type Command, sh } from '../remote/command.ts';
import { faultUnit, stateFile, type Token, undoUnit } from './arming.ts';
import { secondsToMs } from './clock.ts';
import type { Fault } from './fault.ts';
import { STATE_DIR, takeLock } from './state-folder.ts';

/**
 * Puts back and disarms, in an order in which nothing can break again in between: whatever is still about to break
 * it is stopped first, and the timer only when all is as it was. Prints what the host noted, or `gone` when there is
 * no note of this arming: notes are removed by a reboot, or by a run that has put everything back. What it prints stays
 * until the clean-up, because an answer may be lost and asked for again.
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

/** Who put it back: lvsctl, the fault's own end, or the timer. */
export type UndoneBy = 'lvsctl' | 'itself' | 'timer';

/** When a fault began and ended, in milliseconds of the host's uptime; undefined where it is not known. */
export interface FaultTimes {
  readonly beganMs: number | undefined;
  readonly undoneMs: number | undefined;
  readonly undoneBy: UndoneBy;
  /** Why the host did not break anything after all; undefined when it did, or is not known to have refused. */
  readonly refused: string | undefined;
  /** The host has no note of this fault any more. */
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
 * Puts back what a run that was killed left broken, and removes its notes; prints `left NAME` for each fault that it
 * found on the host. It goes by the notes of what was taken away, compares them with the host, and fails when that
 * cannot be given back.
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
