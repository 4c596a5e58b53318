import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterLock } from '../apply/cluster-lock.ts';
import { fenceUnlessTaken } from '../apply/lease.ts';
import { Failure } from '../failure.ts';
import { INIT_SYSTEMS } from '../platforms/init-systems.ts';
import { type Command, lines, sh } from '../remote/command.ts';
import { faultJob, stateFile, type Token, undoneWithinMs, undoJob } from './arming.ts';
import { secondsToMs } from './clock.ts';
import type { Fault } from './fault.ts';
import type { Hosts } from './hosts.ts';
import type { PutBack } from './report.ts';
import { STATE_DIR, takeLock } from './state-folder.ts';

/**
 * Undoes a fault and disarms it, in an order that cannot break anything again: a pending injection is stopped first, and
 * the timer last, once the host is restored. Prints the times that the host recorded, or `gone` when it has no record of
 * this arming, after a reboot or after another run has cleaned up. The records stay until the clean-up, because an answer
 * may be lost and requested again.
 */
export function putBack({ name, init: { jobs } }: Fault, token: Token): Command {
  return sh`[ "$(cat ${stateFile(name, 'token')} 2>/dev/null)" = ${token} ] || { echo gone; exit 0; }
${jobs.cancel([faultJob(name)])}
[ ! -e ${stateFile(name, 'undo')} ] || /bin/sh ${stateFile(name, 'undo')} lvsctl || exit
${jobs.cancel([undoJob(name)])}
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
 * Undoes the faults of a killed run and removes its records. Prints `left NAME` for each fault that it found. It
 * compares the host with the saved state, and fails when that cannot be restored.
 */
export function cleanUp(): Command {
  return sh`(
[ -d ${STATE_DIR} ] || exit 0
${cancelAll(faultJob('*'))}
for undo in ${STATE_DIR}/*.undo; do
  [ ! -e "$undo" ] || /bin/sh "$undo" clean-up || exit
done
${takeLock()}
for undo in ${STATE_DIR}/*.undo; do
  [ ! -e "$undo" ] || { echo 'another run has armed a fault on this host' >&2; exit 1; }
done
${cancelAll(undoJob('*'))}
rm -rf ${STATE_DIR}
) || exit`;
}

/** Of every init system whose programs are there, because the one of the host may not be recognised. */
const cancelAll = (name: string): Command =>
  lines(
    [...new Set(INIT_SYSTEMS.map(({ jobs }) => jobs))].map(
      (jobs) => sh`! command -v ${jobs.program} >/dev/null || {
${jobs.cancel([name])}
}`,
    ),
  );

/** Milliseconds after the host's own timer during which lvsctl keeps trying to confirm the undo. */
const PATIENCE_MS = 30_000;

/** Milliseconds for a new connection, short because the cable may still be cut, and for the script itself. */
const CONNECT_MS = 4000;
const PUT_BACK_MS = 30_000;

/** Milliseconds between two tries to reach the host. */
const PAUSE_MS = 250;

/** Result of the undo, with the times that the host recorded; undefined when it could not be reached. */
export interface Restored extends PutBack {
  readonly times: FaultTimes | undefined;
}

/**
 * Undoes a fault, whatever has happened and even when the test was interrupted. It gives up some time after the host's own
 * timer must have fired. Never throws.
 */
export async function restore(
  {
    hosts,
    now,
    lock,
  }: { readonly hosts: Hosts; readonly now: () => number; readonly lock: Pick<ClusterLock, 'nonce'> },
  fault: Fault,
  token: Token,
  armedAt: number,
): Promise<Restored> {
  const command = lines([fenceUnlessTaken(lock.nonce), putBack(fault, token)]);
  const due = armedAt + undoneWithinMs(fault);
  const end = due + PATIENCE_MS;
  // After a cut the old connection waits for its next retransmission, so a new one is faster.
  let fresh = fault.hold === 'fixed';
  let problem = '';
  while (now() < end) {
    const left = Math.max(1000, Math.ceil(end - now()));
    const timeoutMs = Math.min(PUT_BACK_MS, left);
    try {
      if (fresh) await hosts.renew(fault.host, AbortSignal.timeout(Math.min(CONNECT_MS, left)));
      const { stdout } = await hosts.run(fault.host, command, timeoutMs, AbortSignal.timeout(timeoutMs), {
        onGiveUp: 'leave',
      });
      const times = parsePutBack(stdout);
      return { confirmed: true, message: confirmation(fault, times), times };
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
      if (error instanceof Failure && error.code === 'connection-lost' && !hosts.canRenew) break;
      // The run that holds the lock now cleans up.
      if (error instanceof Failure && error.code === 'locked') break;
      fresh = true;
      await sleep(PAUSE_MS);
    }
  }
  return { confirmed: false, message: warning(fault, due - now(), problem), times: undefined };
}

function confirmation({ host }: Fault, { undoneBy, gone, refused }: FaultTimes): string {
  if (gone) return `${host} has no record of the fault any more: it has rebooted, or another run has cleaned up`;
  if (refused !== undefined) return `${host} refused the fault; nothing was broken`;
  if (undoneBy === 'itself') return `${host} ended the fault by itself, as planned`;
  if (undoneBy === 'timer') return `${host} was restored by its own timer`;
  return `${host} is restored`;
}

function warning({ host, name, init }: Fault, dueInMs: number, problem: string): string {
  const reason = problem.replace(`${host}: `, '').replace(/\.$/, '');
  if (dueInMs > 0)
    return `${host} could not be restored: ${reason}. Its own timer will try in ${Math.ceil(dueInMs / 1000)} s.`;
  return `${host} could not be restored: ${reason}. It keeps trying by itself; see ${init.jobs.inspect(undoJob(name))}`;
}
