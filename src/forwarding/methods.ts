import { dr } from './dr.ts';
import type { Forwarding, LbKind } from './forwarding.ts';
import { nat } from './nat.ts';
import { tun } from './tun.ts';

/** Every method that lvsctl can build. A new one is a file and a line here. */
export const METHODS: Readonly<Record<LbKind, Forwarding>> = { DR: dr, NAT: nat, TUN: tun };

/** Of a virtual server that names none. */
export const DEFAULT_METHOD: Forwarding = dr;

/** The methods that a cluster uses, each once. */
export function methodsOf(cluster: {
  readonly virtualServers: readonly { readonly lb_kind: LbKind }[];
}): readonly Forwarding[] {
  return [...new Set(cluster.virtualServers.map(({ lb_kind }) => METHODS[lb_kind]))];
}
