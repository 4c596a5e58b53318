import { type Command, sh } from '../remote/command.ts';
import type { Fault } from './fault.ts';
import type { FaultName } from './options.ts';
import { makeStateFolder, readUptime, STATE_DIR, takeLock } from './state-folder.ts';
import { undoScript } from './undo-script.ts';

/**
 * Putting back does not depend on lvsctl. Before anything is broken the host itself is given the script that puts it
 * back and a timer that runs it: when lvsctl is killed, its machine loses power or the connection is gone for good,
 * the timer still fires.
 *
 * The permission to break something ends before the timer fires. The host checks that with its own uptime and under
 * the lock, so that a command that arrives late (from a laptop that slept, or over a stalled connection) is refused.
 */

/** Milliseconds after arming in which the fault has to begin, and between its end and the host's own timer. */
export const GRACE_MS = 15_000;

/** When the host puts itself back at the latest, in milliseconds after it was armed. */
export function undoneWithinMs(fault: Fault): number {
  return Math.ceil((fault.holdMs + GRACE_MS) / 1000) * 1000;
}

/** Names this arming, so that what belongs to a former one is never taken for it. */
export type Token = string;

export function stateFile(name: FaultName, what: string): string {
  return `${STATE_DIR}/${name}.${what}`;
}

export const undoUnit = (name: FaultName): string => `lvsctl-failover-undo-${name}`;
export const faultUnit = (name: FaultName): string => `lvsctl-failover-fault-${name}`;

/**
 * Notes what the fault takes away, leaves the script that gives it back, and arms the timer. Prints `armed`, or
 * `refused` and a reason. Nothing may be broken unless it printed `armed`.
 *
 * `fault.save` runs with two functions: `keep FILE TEXT` writes a note and reads it back, `refuse REASON` ends it all.
 */
export function arm(fault: Fault, token: Token): Command {
  const { name } = fault;
  const unit = undoUnit(name);
  const units = [`${unit}.timer`, `${unit}.service`, `${faultUnit(name)}.service`];
  const undo = stateFile(name, 'undo');
  const onTimer = sh`[ ! -e ${undo} ] || exec /bin/sh ${undo} timer`;
  return sh`umask 077
refuse() { echo "refused $*"; rm -f ${stateFile(name, '')}*; exit 0; }
keep() {
  { printf '%s\\n' "$2" >"$1" && [ "$(cat "$1" && echo .)" = "$2
." ]; } 2>/dev/null || refuse "cannot write $1: is /run full?"
}
for program in flock systemctl systemd-run; do
  command -v "$program" >/dev/null || { echo "refused $program is missing, which undoes the fault if lvsctl dies"; exit 0; }
done
${makeStateFolder()}
${takeLock()}
[ ! -e ${undo} ] || { echo 'another fault of this kind is not undone yet' >&2; exit 1; }
rm -f ${stateFile(name, '')}* || exit 1
${fault.save}
keep ${stateFile(name, 'token')} ${token}
keep ${undo} ${undoScript(fault).script}
keep ${stateFile(name, 'alone')} ${fault.hold === 'fixed' ? injectAlone(fault, token).script : ''}
systemctl stop ${units} 2>/dev/null
systemctl reset-failed ${units} 2>/dev/null
${readUptime()}
keep ${stateFile(name, 'armed')} ${token}" $((now + ${GRACE_MS / 10}))"
systemd-run --quiet --unit=${unit} --on-active=${undoneWithinMs(fault) / 1000} --timer-property=AccuracySec=100ms --property=Restart=on-failure --property=RestartSec=5 /bin/sh -c ${onTimer.script} ||
  refuse 'systemd cannot start the timer that undoes the fault'
echo armed`;
}

/** What came of arming: undefined when it is armed, else why the host refused. */
export function parseArm(stdout: string): string | undefined {
  if (/^armed$/m.test(stdout)) return undefined;
  return /^refused (.+)$/m.exec(stdout)?.[1] ?? 'it gave no answer';
}

/** Breaks it, when that is still allowed. The moment is noted on the host as the fault does it. */
export function inject(fault: Fault, token: Token): Command {
  const { name } = fault;
  if (fault.hold !== 'fixed')
    return sh`umask 077
${begin(name, token)}
${fault.inject}`;
  // A script in a file: systemd would expand what looks like a variable in the words of a command.
  return sh`${mayBegin(name, token)}
systemd-run --quiet --unit=${faultUnit(name)} /bin/sh ${stateFile(name, 'alone')}`;
}

/** The connection may go with a fault of fixed length, so the host does it all by itself: break, wait, put back. */
function injectAlone(fault: Fault, token: Token): Command {
  const { name } = fault;
  return sh`exec 2>${stateFile(name, 'refused')}
sleep ${NOTICE_MS / 1000}
${begin(name, token)}
${fault.inject} || { rm -f ${stateFile(name, 'began')}; exit 1; }
exec 9>&-
sleep ${((fault.holdMs - NOTICE_MS) / 1000).toFixed(3)}
exec /bin/sh ${stateFile(name, 'undo')} itself`;
}

/** Milliseconds in which the answer to the command that cuts the cable still gets out. */
export const NOTICE_MS = 300;

/** Ends the script unless the fault may begin now. */
function mayBegin(name: FaultName, token: Token): Command {
  return sh`${takeLock()}
{ read -r token latest <${stateFile(name, 'armed')}; } 2>/dev/null && [ "$token" = ${token} ] ||
  { echo 'refused: the fault is not armed any more, because the host has undone it' >&2; exit 1; }
${readUptime()}
[ "$now" -le "$latest" ] ||
  { echo ${`refused: the fault had to begin within ${GRACE_MS / 1000} s after it was armed, and this came later`} >&2; exit 1; }`;
}

function begin(name: FaultName, token: Token): Command {
  const file = stateFile(name, 'began');
  return sh`${mayBegin(name, token)}
{ echo "$uptime" >${file} && [ "$(cat ${file})" = "$uptime" ]; } 2>/dev/null ||
  { echo ${`refused: cannot write ${file}: is /run full?`} >&2; exit 1; }`;
}
