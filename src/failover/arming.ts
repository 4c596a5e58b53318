import { type Command, sh } from '../remote/command.ts';
import type { Fault } from './fault.ts';
import { makeStateFolder, readUptime, STATE_DIR, takeLock } from './state-folder.ts';

/**
 * Undoing a fault does not depend on lvsctl. Before anything is broken the host gets the script that undoes it and a
 * timer that runs the script. The timer fires even if lvsctl is killed, its machine loses power, or the connection is
 * lost.
 *
 * The permission to inject expires before the timer fires. The host checks it against its own uptime, under the lock, so
 * a command that arrives late (from a suspended laptop, or over a stalled connection) is refused.
 */

/** Milliseconds after arming within which the fault must begin; also the margin between its end and the host's timer. */
export const GRACE_MS = 15_000;

/** Deadline of the host's own undo, in milliseconds after arming. */
export function undoneWithinMs(fault: Fault): number {
  return Math.ceil((fault.holdMs + GRACE_MS) / 1000) * 1000;
}

/** Identifies one arming, so that files and commands of an earlier one are never mistaken for it. */
export type Token = string;

export function stateFile(name: string, what: string): string {
  return `${STATE_DIR}/${name}.${what}`;
}

export const undoJob = (name: string): string => `lvsctl-failover-undo-${name}`;
export const faultJob = (name: string): string => `lvsctl-failover-fault-${name}`;

/**
 * Saves the state that the fault will destroy, installs the undo script, and starts the timer. Prints `armed`, or
 * `refused` and a reason. The fault must not be injected unless it printed `armed`.
 *
 * `fault.save` may call two functions: `keep FILE TEXT` writes a file and reads it back, `refuse REASON` cleans up and
 * exits.
 */
export function arm(fault: Fault, token: Token): Command {
  const { name, init } = fault;
  const undo = stateFile(name, 'undo');
  const onTimer = sh`[ ! -e ${undo} ] || exec /bin/sh ${undo} timer`;
  return sh`umask 077
refuse() { echo "refused $*"; rm -f ${stateFile(name, '')}*; exit 0; }
keep() {
  { printf '%s\\n' "$2" >"$1" && [ "$(cat "$1" && echo .)" = "$2
." ]; } 2>/dev/null || refuse "cannot write $1; is /run full?"
}
for program in flock ${init.jobs.program}; do
  command -v "$program" >/dev/null || { echo "refused $program is missing; without it the host cannot undo the fault if lvsctl dies"; exit 0; }
done
${makeStateFolder()}
${takeLock()}
[ ! -e ${undo} ] || { echo 'an earlier fault of this kind has not been undone yet' >&2; exit 1; }
rm -f ${stateFile(name, '')}* || exit 1
${fault.save}
keep ${stateFile(name, 'token')} ${token}
keep ${undo} ${undoScript(fault).script}
keep ${stateFile(name, 'alone')} ${fault.hold === 'fixed' ? injectAlone(fault, token).script : ''}
${init.jobs.cancel([undoJob(name), faultJob(name)])}
${readUptime()}
keep ${stateFile(name, 'armed')} ${token}" $((now + ${GRACE_MS / 10}))"
${init.jobs.runLater(undoJob(name), undoneWithinMs(fault) / 1000, ['/bin/sh', '-c', onTimer.script])} ||
  refuse ${`${init.id} cannot start the undo timer`}
echo armed`;
}

/** Why the host refused to arm; undefined when it is armed. */
export function parseArm(stdout: string): string | undefined {
  if (/^armed$/m.test(stdout)) return undefined;
  return /^refused (.+)$/m.exec(stdout)?.[1] ?? 'no answer';
}

/** Injects the fault if that is still permitted. The host records the time. */
export function inject(fault: Fault, token: Token): Command {
  const { name, init } = fault;
  if (fault.hold !== 'fixed')
    return sh`umask 077
${begin(name, token)}
${fault.inject}`;
  // A script in a file: init systems expand variables in the arguments of a command.
  return sh`${mayBegin(name, token)}
${init.jobs.run(faultJob(name), ['/bin/sh', stateFile(name, 'alone')])}`;
}

/** A fault of fixed length may cut the connection, so the host injects, waits and undoes by itself. */
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

/** Delay before the cable is cut, in milliseconds, so that the answer to the command still gets out. */
export const NOTICE_MS = 300;

/** Exits unless the fault may begin now. */
function mayBegin(name: string, token: Token): Command {
  return sh`${takeLock()}
{ read -r token latest <${stateFile(name, 'armed')}; } 2>/dev/null && [ "$token" = ${token} ] ||
  { echo 'refused: the fault is no longer armed; the host has already undone it' >&2; exit 1; }
${readUptime()}
[ "$now" -le "$latest" ] ||
  { echo ${`refused: too late; the fault must begin within ${GRACE_MS / 1000} s after arming`} >&2; exit 1; }`;
}

function begin(name: string, token: Token): Command {
  const file = stateFile(name, 'began');
  return sh`${mayBegin(name, token)}
{ echo "$uptime" >${file} && [ "$(cat ${file})" = "$uptime" ]; } 2>/dev/null ||
  { echo ${`refused: cannot write ${file}; is /run full?`} >&2; exit 1; }`;
}

/** Longest pause between two attempts of the host itself, in seconds; pauses double up to this. */
const LONGEST_PAUSE = 30;

/**
 * The script on the host that undoes a fault. Its argument is the caller: `lvsctl` and `clean-up` try once and fail with
 * the reason, `timer` and `itself` retry until they succeed. Each attempt takes the lock, revokes the permission to inject,
 * restores the saved state, and compares the host with it. The script and the saved state are removed only when they
 * match, so their presence means that the host may still be broken, and their absence that it is not.
 */
export function undoScript({ name, init, functions, undo, verify }: Fault): Command {
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
  [ "$by" = timer ] || { ${init.jobs.cancel([undoJob(name)])}; }
  exit 0
}
main
`;
}
