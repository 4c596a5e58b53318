import { mistake, type Finding, type Linted, type Rule } from '../finding.ts';
import type { PathParts } from '../place.ts';

/** Pools that are named exist, and so do their members, each once and with an address of the family of the VIP. */
export function pools(inventory: Linted): readonly Finding[] {
  return [named, members, families].flatMap((rule) => rule(inventory));
}

const named: Rule = ({ input }) => {
  const known = Object.keys(input.pools ?? {});
  return (input.virtual_servers ?? []).flatMap(({ pool }, index) => {
    if (pool === undefined || !('name' in pool) || known.includes(pool.name)) return [];
    const hint = known.length === 0 ? 'Add it to `pools`, or list real servers.' : `The pools are ${known.join(', ')}.`;
    return [mistake(['virtual_servers', index, 'pool'], `There is no pool ${pool.name}.`, hint, [['pools']])];
  });
};

/** A real server may be in a list once for each of its ports. */
interface Listed {
  readonly name: string;
  readonly port?: number | undefined;
}

const members: Rule = ({ cluster, input }) => {
  const known = new Set(cluster.realServers.map(({ name }) => name));
  const lists: readonly { readonly at: PathParts; readonly listed: readonly Listed[] }[] = [
    ...Object.entries(input.pools ?? {}).map(([name, pool]) => ({
      at: ['pools', name, 'members'],
      listed: pool.members ?? [],
    })),
    ...(input.virtual_servers ?? []).flatMap(({ pool }, index) =>
      pool === undefined || 'name' in pool ? [] : [{ at: ['virtual_servers', index, 'pool'], listed: pool.members }],
    ),
  ];
  return lists.flatMap(({ at, listed }) => {
    const seen = new Set<string>();
    return listed.flatMap(({ name, port }, index) => {
      const key = `${name} ${port ?? ''}`;
      const again = seen.has(key);
      seen.add(key);
      if (again) return [mistake([...at, index], `${name} is listed twice.`, 'Keep one, or give each its own `port`.')];
      if (known.has(name)) return [];
      const some = [...known].slice(0, 10).join(', ');
      return [mistake([...at, index], `There is no real server ${name}.`, `There is ${some}.`, [['real_servers']])];
    });
  });
};

const families: Rule = ({ cluster, indexes }) => {
  const seen = new Set<string>();
  return cluster.virtualServers.flatMap(({ family, pool, name }, place) => {
    const other = family === 'ipv6' ? 'IPv4' : 'IPv6';
    return pool.flatMap((member) => {
      const same = member.address.includes(':') === (family === 'ipv6');
      if (same || seen.has(`${member.name} ${family}`)) return [];
      seen.add(`${member.name} ${family}`);
      const index = cluster.realServers.findIndex((one) => one.name === member.name);
      const what = `${member.name} has only ${other} addresses and cannot serve ${name}.`;
      const hint = 'Add one of its family to `addresses`, or give the virtual server a `pool` without it.';
      const at = index < 0 ? ['virtual_servers', indexes[place] ?? 0] : ['real_servers', index];
      return [mistake(at, what, hint)];
    });
  });
};
