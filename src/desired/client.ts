import type { Cluster } from '../inventory/cluster.ts';
import type { Want } from '../resources/kinds.ts';
import type { Known } from './known.ts';

/** What the vantage point needs to ask the questions of verify and failover-test. */
export function client(cluster: Cluster, known: Known): readonly Want[] {
  return [
    {
      kind: 'packages',
      names: ['curl', 'iputils-arping'],
      localMount: cluster.packages.localMount,
      platform: known.platform,
    },
  ];
}
