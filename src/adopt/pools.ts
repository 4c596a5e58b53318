import type { Data } from '../keepalived/from-data.ts';
import { type DataMap, defined, same, shared } from './draft.ts';
import type { AdoptedRealServer } from './hosts.ts';
import type { AdoptedService } from './services.ts';

export interface Pooled {
  readonly realServers: readonly DataMap[];
  readonly pools: DataMap | undefined;
  readonly services: readonly DataMap[];
}

/**
 * Puts what a real server has everywhere at the real server, what it has in one service at the member there, and lists
 * of members that several services share in a pool.
 */
export function pooled(services: readonly AdoptedService[], hosts: readonly AdoptedRealServer[]): Pooled {
  const roles = services.flatMap((service, index) =>
    service.members.map((member) => ({ ...member, service: index, virtual: service.port })),
  );
  const everywhere = new Map<string, DataMap>(
    hosts.map(({ name }) => {
      const own = roles.filter((role) => role.name === name);
      const ports = new Set(own.map(({ port }) => port));
      const [port] = ports;
      const moved = ports.size === 1 && own.every(({ virtual }) => virtual !== port) ? String(port) : undefined;
      const { common } = shared(own.map(({ data }) => data));
      return [name, defined({ port: moved, ...common })];
    }),
  );
  const lists = services.map(({ members, port }) =>
    members.map(({ name, port: own, data }) => {
      const host = everywhere.get(name) ?? {};
      const left = defined({
        port: own === port || host['port'] === String(own) ? undefined : String(own),
        ...Object.fromEntries(Object.entries(data).filter(([key, value]) => !same(host[key], value))),
      });
      return Object.keys(left).length === 0 ? name : { name, ...left };
    }),
  );
  const all = hosts.map(({ name }) => name);
  const pools = namedPools(lists, services, all);
  return {
    realServers: hosts.map(({ name, address }) => ({ name, address, ...everywhere.get(name) })),
    pools: Object.keys(pools.data).length === 0 ? undefined : pools.data,
    services: services.map(({ data }, index) => defined({ ...data, pool: pools.of[index] })),
  };
}

/** A name for each list that several services have; none for one that is all real servers. */
function namedPools(
  lists: readonly (readonly Data[])[],
  services: readonly AdoptedService[],
  all: readonly string[],
): { readonly data: DataMap; readonly of: readonly (Data | undefined)[] } {
  const names = new Map<string, string>();
  const data: Record<string, Data> = {};
  const of = lists.map((list, index): Data | undefined => {
    if (list.length === all.length && all.every((name) => list.includes(name))) return undefined;
    const key = JSON.stringify(list);
    if (lists.filter((other) => JSON.stringify(other) === key).length < 2) return list;
    const known = names.get(key);
    if (known !== undefined) return known;
    const name = freeName(services[index]?.port ?? 0, data);
    names.set(key, name);
    data[name] = { members: list };
    return name;
  });
  return { data, of };
}

const BY_PORT: Readonly<Record<number, string>> = {
  25: 'mail',
  53: 'dns',
  80: 'web',
  443: 'web',
  3306: 'mysql',
  6443: 'api',
};

function freeName(port: number, taken: object): string {
  const name = BY_PORT[port] ?? (port === 0 ? 'pool' : `port-${port}`);
  let number = 1;
  while (Object.hasOwn(taken, number === 1 ? name : `${name}-${number}`)) number += 1;
  return number === 1 ? name : `${name}-${number}`;
}
