import type { Sysctl, Tuning } from '../forwarding/forwarding.ts';
import { methodsOf } from '../forwarding/methods.ts';
import type { Cluster } from '../inventory/cluster.ts';

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

/** The kernel settings of every director of a cluster. */
export function directorTuning(cluster: Cluster): Tuning {
  const methods = methodsOf(cluster).map(({ director }) => director);
  return {
    sysctls: [...DIRECTOR, ...methods.flatMap(({ sysctls }) => sysctls)],
    notes: methods.flatMap(({ notes }) => notes),
  };
}

/** The kernel settings of every real server of a cluster. */
export function realServerTuning(cluster: Cluster): Tuning {
  const methods = methodsOf(cluster).map(({ realServer }) => realServer);
  return { sysctls: methods.flatMap(({ sysctls }) => sysctls), notes: methods.flatMap(({ notes }) => notes) };
}
