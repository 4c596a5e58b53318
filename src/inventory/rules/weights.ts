import { doubt, mistake, type Finding, type Linted } from '../finding.ts';

/** Schedulers of the kernel that look at weights only to see whether they are 0. */
const BLIND = new Set(['rr', 'lc']);

/** At least one weight must be greater than zero. */
export function weights({ cluster, input }: Linted): readonly Finding[] {
  const { realServers, virtualServers } = cluster;
  if (realServers.length > 0 && realServers.every(({ weight }) => weight === 0)) {
    const hint = 'Leave `weight` out where a real server should take connections.';
    return [mistake(['real_servers'], 'Every real server has weight 0: no connection would be accepted.', hint)];
  }
  const blind = virtualServers.find(({ lb_algo }) => BLIND.has(lb_algo));
  if (blind === undefined || new Set(realServers.map(({ weight }) => weight).filter((w) => w > 0)).size < 2) return [];
  const index = (input.real_servers ?? []).findIndex(({ weight }) => weight !== undefined && weight > 1);
  const what = `The real servers have different weights, which \`lb_algo: ${blind.lb_algo}\` ignores.`;
  return [doubt(['real_servers', Math.max(index, 0), 'weight'], what, `Use \`w${blind.lb_algo}\`.`)];
}
