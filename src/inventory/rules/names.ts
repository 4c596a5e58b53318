import type { Host } from '../cluster.ts';
import { mistake, type Finding, type Linted } from '../finding.ts';
import type { PathParts } from '../place.ts';

/** Host names identify hosts in messages, plans and files. A director that is a real server too has one for both. */
export function names({ cluster }: Linted): readonly Finding[] {
  const hosts: readonly { readonly at: PathParts; readonly host: Host }[] = [
    ...cluster.directors.map((host, index) => ({ at: ['directors', index, 'name'], host })),
    ...cluster.realServers.map((host, index) => ({ at: ['real_servers', index, 'name'], host })),
    ...(cluster.client === undefined ? [] : [{ at: ['client', 'name'], host: cluster.client }]),
  ];
  const seen = new Map<string, { readonly list: string; readonly host: Host }>();
  return hosts.flatMap(({ at, host }) => {
    const key = host.name.toLowerCase();
    const [list = ''] = at.map(String);
    const other = seen.get(key);
    if (other === undefined) {
      seen.set(key, { list, host });
      return [];
    }
    if (other.list === 'directors' && list === 'real_servers' && other.host.address === host.address) return [];
    const hint = 'Give each host a name of its own, or leave the names out.';
    return [mistake(at, `Two hosts are named ${host.name}.`, hint)];
  });
}
