import { type Cluster, hostsOf } from '../inventory/cluster.ts';
import { watchlist } from '../observe/watchlist.ts';

/** All packages that a deploy may install on a host of the cluster, as named in Debian. */
export function wantedPackages(cluster: Cluster): readonly string[] {
  const names = hostsOf(cluster).flatMap((member) =>
    watchlist(cluster, member).watched.packages.flatMap((key) => key.names),
  );
  return [...new Set(names)].sort();
}
