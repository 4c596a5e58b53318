import { randomBytes } from 'node:crypto';
import type { Failure } from '../failure.ts';
import type { Transport } from '../remote/transport.ts';
import { type LeaseRequest, type Lock, lockHost } from './lock.ts';

/** The leases that a run holds on all hosts of a cluster. */
export interface ClusterLock {
  /** Passed to `fence` for every script of this run. */
  readonly nonce: string;
  /** Why the first host is no longer locked; `except` is a host whose connection is expected to be lost. */
  lost(except?: string): Failure | undefined;
  /**
   * Takes the lease of a host again after its connection was cut on purpose; does nothing while it is held.
   * @throws Failure `locked` when another run has taken it, and what the transport throws.
   */
  renew(transport: Transport, signal: AbortSignal): Promise<void>;
  /** Releases all leases; never throws. */
  release(): Promise<void>;
}

/**
 * Locks every host, not only those with changes, so that a second run cannot plan around the first. The first host of the
 * inventory is locked before the others, so that one of two concurrent runs gets them all.
 * @param owner who holds the lock, from where, since when and what for; shown to others
 * @throws Failure `locked`, and what transports throw; nothing is locked then
 */
export async function lockCluster(
  transports: readonly Transport[],
  owner: string,
  signal: AbortSignal,
  seconds?: number,
): Promise<ClusterLock> {
  const nonce = randomBytes(6).toString('hex');
  // File names may contain anything; an owner is one line.
  const request: LeaseRequest = {
    nonce,
    owner: owner.replaceAll(/[\s\p{Cc}]+/gu, ' '),
    ...(seconds !== undefined && { seconds }),
  };
  const lock = (some: readonly Transport[]): Promise<PromiseSettledResult<Lock>[]> =>
    Promise.allSettled(some.map((transport) => lockHost(transport, request, signal)));
  const first = await lock(transports.slice(0, 1));
  const rest = first.every(({ status }) => status === 'fulfilled') ? await lock(transports.slice(1)) : [];
  const taken = [...first, ...rest];
  const locks = new Map(taken.flatMap((one) => (one.status === 'fulfilled' ? [[one.value.host, one.value]] : [])));
  const release = async (): Promise<void> => {
    await Promise.all([...locks.values()].map((held) => held.release()));
  };
  const refused = taken.find((one) => one.status === 'rejected');
  if (refused !== undefined) {
    await release();
    throw refused.reason;
  }
  return {
    nonce,
    lost: (except) => {
      for (const [host, held] of locks) {
        const failure = host === except ? undefined : held.lost();
        if (failure !== undefined) return failure;
      }
      return undefined;
    },
    renew: async (transport, stop) => {
      if (locks.get(transport.host)?.lost() === undefined) return;
      locks.set(transport.host, await lockHost(transport, request, stop));
    },
    release,
  };
}
