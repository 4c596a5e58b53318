import { setTimeout as sleep } from 'node:timers/promises';
import type { ClusterLock } from '../apply/cluster-lock.ts';
import { fenceUnlessTaken } from '../apply/lease.ts';
import { Failure } from '../failure.ts';
import { lines } from '../remote/command.ts';
import type { Fault } from './fault.ts';
import type { Hosts } from './hosts.ts';
import type { PutBack } from './report.ts';
import { type Token, undoneWithinMs } from './arming.ts';
import { type FaultTimes, parsePutBack, putBack } from './put-back.ts';

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
  if (undoneBy === 'itself') return `${host} came back by itself, as planned`;
  if (undoneBy === 'timer') return `${host} was put back by its own timer`;
  return `${host} is put back`;
}

function warning({ host, name }: Fault, dueInMs: number, problem: string): string {
  const reason = problem.replace(`${host}: `, '').replace(/\.$/, '');
  if (dueInMs > 0)
    return `${host} could not be put back: ${reason}. Its own timer starts to do so in ${Math.ceil(dueInMs / 1000)} s.`;
  return `${host} could not be put back: ${reason}. It keeps trying by itself; see: systemctl status lvsctl-failover-undo-${name}`;
}
