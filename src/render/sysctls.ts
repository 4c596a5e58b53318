import type { HostSide, Sysctl, Tuning } from '../forwarding/forwarding.ts';
import type { Cluster, Host } from '../inventory/cluster.ts';
import { sidesOf } from './method-sides.ts';

/** Kernel settings of a director, for any forwarding method. */
const DIRECTOR: readonly Sysctl[] = [
  {
    key: 'net.ipv4.vs.expire_nodest_conn',
    value: '1',
    why: [
      'Reset connections to a removed real server, so that the client can retry;',
      'by default their packets are dropped until they time out.',
    ],
    optional: true,
  },
  {
    key: 'net.ipv4.vs.expire_quiescent_template',
    value: '1',
    why: ['Assign clients with persistence on a real server of weight 0 to another one.'],
    optional: true,
  },
];

/** The kernel settings of a host, each once. */
export function tuningOf(cluster: Cluster, host: Host, sides: readonly HostSide[] = sidesOf(cluster, host)): Tuning {
  const own = cluster.directors.some(({ name }) => name === host.name) ? DIRECTOR : [];
  const all = [...own, ...sides.flatMap(({ sysctls }) => sysctls)];
  return {
    sysctls: [...new Map(all.map((one) => [one.key, one])).values()],
    notes: [...new Set(sides.flatMap(({ notes }) => notes))],
  };
}
