import type { ClusterLock } from '../../src/apply/cluster-lock.ts';

/** A lock that is held for the whole of a test. */
export const HELD: Pick<ClusterLock, 'nonce' | 'lost' | 'renew'> = {
  nonce: 'aa',
  lost: () => undefined,
  renew: () => Promise.resolve(),
};
