import { type ClusterLock, lockCluster } from '../apply/cluster-lock.ts';
import type { Report } from './event.ts';
import type { Session } from './session.ts';

/**
 * Locks every connected host of a session, for a verb that changes hosts.
 * @param owner who runs this, from where, since when and what for
 * @throws Failure `locked`, `interrupted`, or of the transport
 */
export async function lockSession(
  session: Session,
  owner: string,
  report: Report,
  signal: AbortSignal,
): Promise<ClusterLock> {
  const transports = session.members.flatMap(({ host }) => session.transports.get(host.name) ?? []);
  report({ type: 'locking', hosts: transports.map(({ host }) => host) });
  return lockCluster(transports, owner, signal);
}
