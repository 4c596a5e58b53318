import type { Sysctl, Tuning } from '../forwarding/forwarding.ts';
import { methodsOf } from '../forwarding/methods.ts';
import type { Cluster } from '../inventory/cluster.ts';

/** What the kernel of a director needs whatever the forwarding method. */
const DIRECTOR: readonly Sysctl[] = [
  {
    key: 'net.ipv4.vs.expire_nodest_conn',
    value: '1',
    why: [
      'A connection to a real server that was taken out ends at once, so that the client can try again;',
      'by default its packets vanish until it times out.',
    ],
    optional: true,
  },
  {
    key: 'net.ipv4.vs.expire_quiescent_template',
    value: '1',
    why: ['A client that persistence ties to a real server of weight 0 is given another one.'],
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
