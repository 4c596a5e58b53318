import { doubt, mistake, type Finding, type Linted } from '../finding.ts';

/** Schedulers of the kernel that look at weights only to see whether they are 0. */
const BLIND = new Set(['rr', 'lc']);

/** At least one weight must be greater than zero. */
export function weights({ cluster, indexes, input }: Linted): readonly Finding[] {
  const { virtualServers } = cluster;
  const drained = virtualServers.find(({ pool }) => pool.length > 0 && pool.every(({ weight }) => weight === 0));
  if (drained !== undefined) {
    const all = cluster.realServers.every(({ weight }) => weight === 0);
    const hint = 'Leave `weight` out where a real server should take connections.';
    return all
      ? [mistake(['real_servers'], 'Every real server has weight 0: no connection would be accepted.', hint)]
      : [
          mistake(
            ['virtual_servers', indexes[virtualServers.indexOf(drained)] ?? 0, 'pool'],
            `Every real server of ${drained.name} has weight 0: no connection would be accepted.`,
            hint,
          ),
        ];
  }
  const blind = virtualServers.find(
    ({ lb_algo, pool }) =>
      BLIND.has(lb_algo) && new Set(pool.map(({ weight }) => weight).filter((weight) => weight > 0)).size > 1,
  );
  if (blind === undefined) return [];
  const index = (input.real_servers ?? []).findIndex(({ weight }) => weight !== undefined && weight > 1);
  const what = `The real servers have different weights, which \`lb_algo: ${blind.lb_algo}\` ignores.`;
  const at =
    index < 0 && input.pools !== undefined
      ? ['virtual_servers', indexes[virtualServers.indexOf(blind)] ?? 0, 'pool']
      : ['real_servers', Math.max(index, 0), 'weight'];
  return [doubt(at, what, `Use \`w${blind.lb_algo}\`.`)];
}
