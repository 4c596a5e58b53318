import type { Member } from '../inventory/cluster.ts';
import type { ClusterState } from '../observe/cluster-state.ts';
import { observeCluster } from '../observe/observe.ts';
import { type Watchlist, watchlist } from '../observe/watchlist.ts';
import type { Report } from './event.ts';
import type { Session } from './session.ts';

/**
 * Observes the hosts of a session.
 * @param watch what to observe; by default everything that lvsctl may keep on a host
 * @throws Failure `interrupted`
 */
export async function observe(
  session: Pick<Session, 'cluster' | 'members' | 'transports' | 'unreachable'>,
  report: Report,
  signal: AbortSignal,
  watch: (member: Member) => Watchlist = (member) => watchlist(session.cluster, member),
): Promise<ClusterState> {
  const { members, transports, unreachable } = session;
  return observeCluster(members, watch, { transports, unreachable, report, signal });
}
