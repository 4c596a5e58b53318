import { setTimeout as sleep } from 'node:timers/promises';
import { fenceUnlessTaken } from '../apply/lease.ts';
import { Failure } from '../failure.ts';
import { lines } from '../remote/command.ts';
import type { Fault } from './fault.ts';
import type { PutBack } from './report.ts';
import type { Scene } from './scene.ts';
import { type Token, undoneWithinMs } from './arming.ts';
import { type FaultTimes, parsePutBack, putBack } from './put-back.ts';

/** Milliseconds beyond the host's own timer in which it is still asked whether all is put back. */
const PATIENCE_MS = 30_000;

/** Milliseconds for a new connection, which a cable that is still cut must not use up, and for the script itself. */
const CONNECT_MS = 4000;
const PUT_BACK_MS = 30_000;

/** Milliseconds between two tries to reach the host. */
const PAUSE_MS = 250;

/** What came of putting back, with the moments that the host noted; undefined when it could not be asked. */
export interface Restored extends PutBack {
  readonly times: FaultTimes | undefined;
}

/**
 * Puts a fault back, whatever has happened and whether or not the test was interrupted: it listens to no signal but
 * its own end, which comes a little after the host's own timer must have fired. Never throws.
 */
export async function restore(
  scene: Pick<Scene, 'hosts' | 'now' | 'lock'>,
  fault: Fault,
  token: Token,
  armedAt: number,
): Promise<Restored> {
  const { hosts, now, lock } = scene;
  const command = lines([fenceUnlessTaken(lock.nonce), putBack(fault, token)]);
  const due = armedAt + undoneWithinMs(fault);
  const end = due + PATIENCE_MS;
  // A cut cable leaves the old connection waiting for its next retransmission, so a new one is tried first.
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
      // The run that holds the lock now has cleaned up, or will.
      if (error instanceof Failure && error.code === 'locked') break;
      fresh = true;
      await sleep(PAUSE_MS);
    }
  }
  return { confirmed: false, message: warning(fault, due - now(), problem), times: undefined };
}

function confirmation({ host }: Fault, { undoneBy, gone, refused }: FaultTimes): string {
  if (gone) return `${host} has no note of the fault any more: it has rebooted, or another run has put it back`;
  if (refused !== undefined) return `${host} did not break anything`;
  if (undoneBy === 'itself') return `${host} came back by itself, as planned`;
  if (undoneBy === 'timer') return `${host} was put back by its own timer`;
  return `${host} is put back`;
}

function warning({ host, name }: Fault, dueInMs: number, problem: string): string {
  const reason = problem.replace(`${host}: `, '').replace(/\.$/, '');
  if (dueInMs > 0)
    return `${host} could not be put back: ${reason}. Its own timer starts to put it back in ${Math.ceil(dueInMs / 1000)} s.`;
  return `${host} could not be put back: ${reason}. It keeps trying by itself; see: systemctl status lvsctl-failover-undo-${name}`;
}
