import { mistake, type Finding, type Linted } from '../finding.ts';
import type { PathParts } from '../place.ts';

/** Host names identify hosts in messages, plans and files, so they must be unique. */
export function names({ cluster }: Linted): readonly Finding[] {
  const hosts: readonly { readonly at: PathParts; readonly name: string }[] = [
    ...cluster.directors.map(({ name }, index) => ({ at: ['directors', index, 'name'], name })),
    ...cluster.realServers.map(({ name }, index) => ({ at: ['real_servers', index, 'name'], name })),
    ...(cluster.client === undefined ? [] : [{ at: ['client', 'name'], name: cluster.client.name }]),
  ];
  const seen = new Set<string>();
  return hosts.flatMap(({ at, name }) => {
    const key = name.toLowerCase();
    if (!seen.has(key)) {
      seen.add(key);
      return [];
    }
    return [mistake(at, `Two hosts are named ${name}.`, 'Give each host a name of its own, or leave the names out.')];
  });
}
