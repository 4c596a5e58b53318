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

const members: Rule = ({ cluster, input }) => {
  const known = new Set(cluster.realServers.map(({ name }) => name));
  const lists: readonly { readonly at: PathParts; readonly names: readonly string[] }[] = [
    ...Object.entries(input.pools ?? {}).map(([name, pool]) => ({
      at: ['pools', name, 'members'],
      names: (pool.members ?? []).map((member) => member.name),
    })),
    ...(input.virtual_servers ?? []).flatMap(({ pool }, index) =>
      pool === undefined || 'name' in pool
        ? []
        : [{ at: ['virtual_servers', index, 'pool'], names: pool.members.map((member) => member.name) }],
    ),
  ];
  return lists.flatMap(({ at, names }) => {
    const seen = new Set<string>();
    return names.flatMap((name, index) => {
      const again = seen.has(name);
      seen.add(name);
      if (again) return [mistake([...at, index], `${name} is listed twice.`, 'Keep one.')];
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
