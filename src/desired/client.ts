import type { Cluster } from '../inventory/cluster.ts';
import { CLIENT_PACKAGES } from '../render/names.ts';
import type { Want } from '../resources/kinds.ts';

/** Packages that a client needs for verify and failover-test. */
export function client({ packages: { localMount } }: Cluster): readonly Want[] {
  return [{ kind: 'packages', names: CLIENT_PACKAGES, localMount }];
}
