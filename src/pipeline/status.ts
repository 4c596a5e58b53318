import { virtualAddressesOf } from '../inventory/cluster.ts';
import type { FailedHost } from '../observe/cluster-state.ts';
import { statusWatchlist } from '../observe/watchlist.ts';
import { type DirectorStatus, directorStatus } from '../status/director.ts';
import type { Report } from './event.ts';
import { observe } from './observe.ts';
import type { Session } from './session.ts';

export interface ClusterStatus {
  /** In the order of the inventory. */
  readonly directors: readonly DirectorStatus[];
  readonly unreadable: readonly FailedHost[];
}

/** The status of all directors of the session. @throws Failure `interrupted` */
export async function statusOf(session: Session, report: Report, signal: AbortSignal): Promise<ClusterStatus> {
  const { hosts, unreadable } = await observe(session, report, signal, () => statusWatchlist(session.cluster));
  const vips = virtualAddressesOf(session.cluster).map(({ address }) => address);
  const directors = session.members.flatMap(({ host }) => {
    const state = hosts.get(host.name);
    return state === undefined ? [] : [directorStatus(vips, state)];
  });
  return { directors, unreadable };
}
