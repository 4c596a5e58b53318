import type { AdoptedConf } from './adopted-file.ts';
import { type DataMap, type Draft, type Note, defined, same } from './draft.ts';
import { type AdoptedDirector, type AdoptedRealServer, directorsOf, peersOf, realServersOf } from './hosts.ts';
import { instancesOf } from './instances.ts';
import { globalsOf, topOf } from './outside-instances.ts';
import { pooled } from './pools.ts';
import { segmentOf } from './segment.ts';
import { type AdoptedService, servicesOf } from './services.ts';
import { mainTunnel, withOwnTunnels } from './tunnels.ts';

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
  const common = withOwnTunnels(commonServices(directors, hosts, take));
  const services = elsewhere(unmarked(common, directors, take), directors, take);
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
    network: segmentOf(directors, take),
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

/** Each service once; one that directors have with different values is one for each of these values. */
function commonServices(
  directors: readonly AdoptedDirector[],
  hosts: readonly AdoptedRealServer[],
  take: (note: Note) => void,
): readonly AdoptedService[] {
  const byAddress = new Map(hosts.map((host) => [host.address, host]));
  const found = new Map<string, Variant[]>();
  for (const { conf, name } of directors) {
    const notes: Note[] = [];
    const own = servicesOf(conf, byAddress, (note) => notes.push(note));
    for (const note of notes.filter(({ at }) => at.length < 2)) take(note);
    for (const [index, service] of own.entries()) {
      const said = notes.filter(({ at }) => at[1] === index);
      const variants = found.get(nameOf(service.data)) ?? [];
      const equal = variants.find((variant) => sameService(variant.service, service));
      if (equal !== undefined) equal.directors.push(name);
      else variants.push({ service, directors: [name], notes: said });
      found.set(nameOf(service.data), variants);
    }
  }
  return [...found.values()].flat().map(({ service, directors: on, notes }, index, all) => {
    const at = ['virtual_servers', index];
    for (const note of notes) take({ ...note, at: [...at, ...note.at.slice(2)] });
    if (on.length === directors.length) return service;
    const other = all.find((one) => one.service !== service && nameOf(one.service.data) === nameOf(service.data));
    const text =
      other === undefined
        ? `Of the directors only ${on.join(' and ')} has it: leave the key out, if all are to.`
        : `${on.join(' and ')} and ${other.directors.join(' and ')} have different values: ${differing(service, other.service)}. Keep one without the key, if all are to be the same.`;
    take({ at: [...at, 'directors'], text });
    return { ...service, data: { ...service.data, directors: on } };
  });
}

/** A virtual server as some directors have it. */
interface Variant {
  readonly service: AdoptedService;
  readonly directors: string[];
  readonly notes: readonly Note[];
}

/** The keys in which two services differ, in a few words. */
function differing(one: AdoptedService, other: AdoptedService): string {
  const keys = new Set([...Object.keys(one.data), ...Object.keys(other.data)]);
  const names = [...keys].filter((key) => !same(one.data[key], other.data[key]));
  const members = ({ members: all }: AdoptedService): string => JSON.stringify(all);
  return [...names, ...(members(one) === members(other) ? [] : ['real servers'])].join(', ');
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

/** Services on addresses that no VRRP instance has, where there are some. */
function elsewhere(
  services: readonly AdoptedService[],
  directors: readonly AdoptedDirector[],
  take: (note: Note) => void,
): readonly AdoptedService[] {
  const instances = directors.flatMap(({ conf }) => conf.conf.vrrp.vrrp_instance);
  const held = new Set(
    instances
      .flatMap((one) => [...one.virtual_ipaddress, ...one.virtual_ipaddress_excluded])
      .map(({ address }) => address),
  );
  if (instances.length === 0) return services;
  return services.map((service, index) => {
    const { vip } = service.data;
    if (typeof vip !== 'string' || held.has(vip)) return service;
    const text = `No VRRP instance has ${vip}: something else must put it on a director, or it is missing in \`virtual_ipaddress\`.`;
    take({ at: ['virtual_servers', index, 'held_by'], text });
    return { ...service, data: { ...service.data, held_by: 'other' } };
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
  const tunnel = mainTunnel(services);
  return defined({
    nat: nat ? { way_back: 'none' } : undefined,
    tun:
      tunnel === undefined || tunnel.type === 'ipip'
        ? undefined
        : defined({ type: tunnel.type, port: tunnel.type === 'gue' ? String(tunnel.port) : undefined }),
  });
}
