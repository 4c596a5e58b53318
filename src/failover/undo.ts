import { type Command, sh } from '../remote/command.ts';
import type { Fault } from './fault.ts';
import { STATE_DIR } from './watch.ts';

/**
 * Putting back does not depend on lvsctl. Before anything is broken the host itself is given the script that puts it
 * back and a timer that runs it: when lvsctl is killed, its machine loses power or the connection is gone for good,
 * the timer still fires. The script may run any number of times.
 */

/**
 * One of inject and undo at a time. An interrupted command may still be running on the host, or be about to: without
 * the lock and the mark it could break things after they were put back. `systemctl` keeps the lock while it works.
 */
function alone(fault: Fault): Command {
  return sh`exec 9>${file(fault, 'lock')}
! command -v flock >/dev/null || flock 9`;
}

/** Milliseconds after the end of a fault at which the host's own timer puts it back. */
export const GRACE_MS = 5000;

/** When the host puts itself back at the latest, in milliseconds after it was armed. */
export function undoneWithinMs(fault: Fault): number {
  return Math.ceil((fault.holdMs + GRACE_MS) / 1000) * 1000;
}

const file = (fault: Fault, what: string): string => `${STATE_DIR}/${fault.name}.${what}`;

/** Leaves the script and arms the timer. Nothing may be broken when this did not succeed. */
export function arm(fault: Fault): Command {
  const script = sh`by=$1
at=$(date +%s.%N)
undo() {
${fault.undo}
}
undo && { [ -e ${file(fault, 'undone')} ] || echo "$by $at" >${file(fault, 'undone')}; }
`;
  const unit = `lvsctl-failover-undo-${fault.name}`;
  return sh`set -e
umask 077
mkdir -p ${STATE_DIR}
rm -f ${file(fault, 'began')} ${file(fault, 'undone')}
printf '%s' ${script.script} >${file(fault, 'undo')}
systemctl stop ${`${unit}.timer`} ${`${unit}.service`} 2>/dev/null || :
systemctl reset-failed ${`${unit}.timer`} ${`${unit}.service`} 2>/dev/null || :
systemd-run --quiet --unit=${unit} --on-active=${undoneWithinMs(fault) / 1000} --timer-property=AccuracySec=100ms /bin/sh ${file(fault, 'undo')} timer
: >${file(fault, 'armed')}`;
}

/** Breaks it. The moment is noted on the host, by its own clock, as the fault does it. */
export function inject(fault: Fault): Command {
  return sh`set -e
umask 077
${alone(fault)}
[ -e ${file(fault, 'armed')} ] || { echo 'it is no longer wanted' >&2; exit 1; }
${fault.inject}`;
}

/** Notes the moment; for the fault's own script, just before it acts. */
export function noteBeginning(name: string): Command {
  return sh`date +%s.%N >${`${STATE_DIR}/${name}.began`}`;
}

/**
 * Puts back and disarms, in an order in which nothing can break again in between: whatever is still about to break
 * it is stopped first, and the timer is stopped only when the script succeeded. Prints the two moments.
 */
export function putBack(fault: Fault): Command {
  const unit = `lvsctl-failover-undo-${fault.name}`;
  return sh`[ -d ${STATE_DIR} ] || exit 0
${alone(fault)}
rm -f ${file(fault, 'armed')}
systemctl stop ${`lvsctl-failover-fault-${fault.name}.service`} 2>/dev/null
[ ! -e ${file(fault, 'undo')} ] || /bin/sh ${file(fault, 'undo')} lvsctl || exit
systemctl stop ${`${unit}.timer`} 2>/dev/null
systemctl reset-failed 'lvsctl-failover-*' 2>/dev/null
for what in began undone; do
  [ ! -r ${STATE_DIR}/${fault.name}.$what ] || echo "$what $(cat ${STATE_DIR}/${fault.name}.$what)"
done
rm -f ${file(fault, 'undo')} ${file(fault, 'began')} ${file(fault, 'undone')}`;
}

/** Who put it back: lvsctl, the fault's own end, or the timer. */
export type UndoneBy = 'lvsctl' | 'itself' | 'timer';

/** When a fault began and ended, in milliseconds of the host's clock; undefined where it is not known. */
export interface FaultTimes {
  readonly beganMs: number | undefined;
  readonly undoneMs: number | undefined;
  readonly undoneBy: UndoneBy;
}

export function parsePutBack(stdout: string): FaultTimes {
  const ms = (seconds: string | undefined): number | undefined =>
    seconds === undefined ? undefined : Number(seconds) * 1000;
  const undone = /^undone (itself|timer|lvsctl) (?:(\d+\.\d+)$)?/m.exec(stdout);
  return {
    beganMs: ms(/^began (\d+\.\d+)$/m.exec(stdout)?.[1]),
    undoneMs: ms(undone?.[2]),
    undoneBy: (undone?.[1] as UndoneBy | undefined) ?? 'lvsctl',
  };
}

/** Puts back and removes what a run that was killed left behind; prints `left NAME` for each fault that it found. */
export function cleanUp(): Command {
  return sh`(
command -v systemctl >/dev/null || exit 0
systemctl stop 'lvsctl-failover-fault-*' 2>/dev/null
for undo in ${STATE_DIR}/*.undo; do
  [ -e "$undo" ] || continue
  # Undone long ago: by now somebody may have changed it on purpose.
  [ ! -e "$\{undo%.undo}.undone" ] || continue
  name=$\{undo##*/}
  echo "left $\{name%.undo}"
  /bin/sh "$undo" lvsctl || exit
done
systemctl stop 'lvsctl-failover-undo-*' 2>/dev/null
systemctl reset-failed 'lvsctl-failover-*' 2>/dev/null
rm -rf ${STATE_DIR}
) || exit`;
}
