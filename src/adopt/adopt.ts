import type { Data } from '../keepalived/from-data.ts';
import type { AdoptedConf } from './adopted-file.ts';
import { type DataMap, type Draft, type Note, defined, isMap, same, shared } from './draft.ts';
import { type AdoptedDirector, type AdoptedRealServer, directorsOf, peersOf, realServersOf } from './hosts.ts';
import { instancesOf } from './instances.ts';
import { inBlocks, keysIn } from './keys.ts';
import { pooled } from './pools.ts';
import { type AdoptedService, servicesOf } from './services.ts';

/** What else is known of the hosts than their keepalived.conf. */
export interface AdoptOptions {
  /** Addresses of directors by their names, the one that SSH reaches first. */
  readonly addresses: ReadonlyMap<string, readonly string[]>;
}

/** Stands for the address of a director that no file has: no host is there (RFC 5737). */
const UNKNOWN = '192.0.2.';

/** The inventory of directors that were configured by hand. */
export function adopt(confs: readonly AdoptedConf[], { addresses }: AdoptOptions): Draft {
  const notes: Note[] = confs.flatMap((conf) => conf.notes.map((text) => ({ at: [], text })));
  const take = (note: Note): void => void notes.push(note);
  const found = directorsOf(confs, addresses);
  const directors = found.toSorted((one, other) => priorityOf(other) - priorityOf(one));
  const hosts = [...realServersOf(confs, directors).values()];
  const instances = instancesOf(directors, take);
  const services = commonServices(directors, hosts, take);
  const { realServers, pools, services: virtual_servers } = pooled(services, hosts);
  const { globals, routerIds } = globalsOf(directors, take);
  const top = topOf(directors, take);
  let unknown = 0;
  const directorMaps = directors.map(({ name, addresses: own, conf }, index) => {
    const at = ['directors', index];
    if (own.length === 0) {
      unknown += 1;
      const peers = peersOf(conf).length > 0 ? ` Its peers are ${peersOf(conf).join(', ')}.` : '';
      take({ at: [...at, 'address'], text: `No file has the address of ${name}: put it in here.${peers}` });
    }
    const { interface: name_, state, priority, ...others } = instances.directors.get(name) ?? {};
    return defined({
      name,
      address: own[0] ?? `${UNKNOWN}${unknown}`,
      addresses: own.length > 1 ? own.slice(1) : undefined,
      interface: name_,
      state,
      priority,
      router_id: routerIds.get(name),
      ...others,
    });
  });
  const { vip, ...vrrp } = instances.keys;
  const data = defined({
    name: confs.find(({ cluster }) => cluster !== undefined)?.cluster,
    vip,
    directors: directorMaps,
    real_servers: realServers,
    ...ways(services, take),
    global_defs: Object.keys(globals).length === 0 ? undefined : globals,
    ...vrrp,
    pools,
    virtual_servers,
    ...top,
  });
  return { data, notes };
}

function priorityOf({ conf }: AdoptedDirector): number {
  return conf.conf.vrrp.vrrp_instance[0]?.priority ?? 0;
}

/** Those of the first director; others are said, because an inventory has them once. */
function commonServices(
  directors: readonly AdoptedDirector[],
  hosts: readonly AdoptedRealServer[],
  take: (note: Note) => void,
): readonly AdoptedService[] {
  const byAddress = new Map(hosts.map((host) => [host.address, host]));
  const [first, ...others] = directors;
  if (first === undefined) return [];
  const services = [...servicesOf(first.conf, byAddress, take)];
  for (const { conf, name } of others) {
    for (const service of servicesOf(conf, byAddress, () => undefined)) {
      const place = services.findIndex(({ data }) => nameOf(data) === nameOf(service.data));
      const known = services[place];
      if (known === undefined) {
        take({ at: ['virtual_servers', services.length], text: `${name} alone has this virtual server.` });
        services.push(service);
      } else if (!sameService(known, service)) {
        const text = `${name} has other values here than ${first.name}; those of ${first.name} are taken.`;
        take({ at: ['virtual_servers', place], text });
      }
    }
  }
  return services;
}

function nameOf({ vip, port, fwmark, group, protocol }: DataMap): string {
  return JSON.stringify([vip, port, fwmark, group, protocol]);
}

function sameService(one: AdoptedService, other: AdoptedService): boolean {
  const text = ({ data, members }: AdoptedService): string => JSON.stringify([data, members]);
  return text(one) === text(other);
}

/** The block global_defs of all, and the router_id of each that has one of its own. */
function globalsOf(
  directors: readonly AdoptedDirector[],
  take: (note: Note) => void,
): { readonly globals: DataMap; readonly routerIds: ReadonlyMap<string, string> } {
  const at = ['global_defs'];
  const all = directors.map(({ conf, name }) =>
    keysIn(inBlocks(conf.directives, 'global_defs'), 'global_defs', (text) =>
      take({ at, text: directors.length === 1 ? text : `${name}: ${text}` }),
    ),
  );
  const { common, own } = shared(all);
  const routerIds = new Map<string, string>();
  const rest: Record<string, Data> = {};
  own.forEach((map, index) => {
    const name = directors[index]?.name ?? '';
    const { router_id, ...others } = map;
    if (typeof router_id === 'string') routerIds.set(name, router_id);
    for (const [key, value] of Object.entries(others)) {
      if (Object.hasOwn(rest, key)) {
        if (!same(rest[key], value)) take({ at: [...at, key], text: `${name} has another value of ${key}.` });
      } else {
        rest[key] = value;
        const lacking = own.filter((other) => other[key] === undefined).length;
        if (lacking > 0) take({ at: [...at, key], text: `${name} alone has ${key}; an inventory has it for all.` });
      }
    }
  });
  return { globals: { ...common, ...rest }, routerIds };
}

/** Keywords outside of all blocks; named blocks of all directors under their names. */
function topOf(directors: readonly AdoptedDirector[], take: (note: Note) => void): DataMap {
  const top: Record<string, Data> = {};
  for (const { conf, name } of directors) {
    const own = conf.directives.filter(({ keyword }) => !ELSEWHERE.has(keyword));
    for (const [key, value] of Object.entries(
      keysIn(own, 'top', (text) => take({ at: [], text: `${name}: ${text}` })),
    )) {
      const known = top[key];
      if (known === undefined) top[key] = value;
      else if (isMap(known) && isMap(value)) {
        for (const [inner, one] of Object.entries(value))
          if (known[inner] !== undefined && !same(known[inner], one))
            take({ at: [key, inner], text: `${name} has other values here.` });
        top[key] = { ...value, ...known };
      } else if (!same(known, value)) take({ at: [key], text: `${name} has other values here.` });
    }
  }
  return top;
}

const ELSEWHERE = new Set(['global_defs', 'vrrp_instance', 'virtual_server', 'include_check']);

/** Forwarding methods that need more of hosts than a file says: it stays as it is. */
function ways(services: readonly AdoptedService[], take: (note: Note) => void): DataMap {
  const nat = services.some(({ data }) => data['lb_kind'] === 'NAT');
  if (nat) {
    const text =
      'How replies of the real servers get back to the director is left as it is: `way_back` can have lvsctl set it up.';
    take({ at: ['nat'], text });
  }
  const tunnel = services.find((service) => service.tunnel !== undefined)?.tunnel;
  return defined({
    nat: nat ? { way_back: 'none' } : undefined,
    tun:
      tunnel === undefined
        ? undefined
        : defined({ type: tunnel.type, port: tunnel.type === 'gue' ? String(tunnel.port) : undefined }),
  });
}
