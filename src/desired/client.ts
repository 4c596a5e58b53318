import type { Cluster } from '../inventory/cluster.ts';
import { clientPackages } from '../render/names.ts';
import type { Want } from '../resources/kinds.ts';

/** Packages that a client needs for verify and failover-test. */
export function client(cluster: Cluster): readonly Want[] {
  return [{ kind: 'packages', names: clientPackages(cluster), ...cluster.packages }];
}
