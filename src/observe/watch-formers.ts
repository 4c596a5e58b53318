import { type Cluster, type Member, virtualAddressesOf } from '../inventory/cluster.ts';
import { KIND_NAMES, WATCH_NOTHING, type Watched } from '../resources/kinds.ts';
import type { Watchlist } from './watchlist.ts';

/** Only the record of the state before lvsctl. */
export const WATCH_ORIGIN: Watchlist = { watched: WATCH_NOTHING, questions: { origin: true } };

/** What a record names on a host, and who is master. */
export function watchFormers(cluster: Cluster, { director }: Member, watches: readonly Partial<Watched>[]): Watchlist {
  const watched = Object.fromEntries(
    KIND_NAMES.map((kind) => [kind, watches.flatMap((one): readonly unknown[] => one[kind] ?? [])]),
  ) as unknown as Watched;
  if (director === undefined) return { watched, questions: {} };
  const virtualAddresses = virtualAddressesOf(cluster).map(({ address }) => address);
  const instances = cluster.instances.length;
  return { watched, questions: { director: { virtualAddresses, instances, keepalivedFrom: undefined } } };
}
