import type { AdoptedConf } from './adopted-file.ts';
import { type DataMap, type Draft, type Note, defined } from './draft.ts';
import { type AdoptedDirector, type AdoptedRealServer, directorsOf, peersOf, realServersOf } from './hosts.ts';
import { instancesOf } from './instances.ts';
import { globalsOf, topOf } from './outside-instances.ts';
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
  const services = unmarked(commonServices(directors, hosts, take), directors, take);
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

/** A director that is a real server as well: the files balance its services by their addresses, and so it stays. */
function unmarked(
  services: readonly AdoptedService[],
  directors: readonly AdoptedDirector[],
  take: (note: Note) => void,
): readonly AdoptedService[] {
  const names = new Set(directors.map(({ name }) => name));
  return services.map((service, index) => {
    const { data, members } = service;
    const both = members.find(({ name }) => names.has(name))?.name;
    if (both === undefined || data['vip'] === undefined || data['lb_kind'] === 'NAT') return service;
    const text = `${both} is a director and a real server: without this key lvsctl marks the packets that are to be balanced, so that a backup does not balance those of the master again.`;
    take({ at: ['virtual_servers', index, 'two_box'], text });
    return { ...service, data: { ...data, two_box: 'none' } };
  });
}

function nameOf({ vip, port, fwmark, group, protocol }: DataMap): string {
  return JSON.stringify([vip, port, fwmark, group, protocol]);
}

function sameService(one: AdoptedService, other: AdoptedService): boolean {
  const text = ({ data, members }: AdoptedService): string => JSON.stringify([data, members]);
  return text(one) === text(other);
}

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
