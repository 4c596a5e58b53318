import { METHODS } from '../forwarding/methods.ts';
import {
  type Cluster,
  endpointsOf,
  hostsOf,
  type PoolMember,
  serviceAddressesOf,
  type VirtualServer,
  virtualAddressesOf,
} from '../inventory/cluster.ts';
import type { Entry } from '../keepalived/write.ts';
import { layOut, nameFor, type Wish, type WishedHost } from './lay-out.ts';
import { containsAddress, freeAddress, spelt } from './subnet.ts';
import type { LabRole, LabService, Topology } from './topology.ts';

/**
 * The lab that a cluster needs. One whose inventory names no client gets one, since the cluster is verified from a
 * client; `client: local` is not in the lab and gets one, too. Pure.
 * @throws Failure `lab` for what a lab cannot be
 */
export function topologyOf(cluster: Cluster): Topology {
  const wish = withClient({
    networks: cluster.networks,
    hosts: wishedHosts(cluster),
    reach: [],
    vips: serviceAddressesOf(cluster).map(({ address }) => address),
    reserved: virtualAddressesOf(cluster).map(({ address }) => address),
    added: [],
  });
  return layOut({ ...wish, reach: reachOf(cluster, wish) });
}

/** Each host once, with all its roles. */
function wishedHosts(cluster: Cluster): readonly WishedHost[] {
  const hosts = hostsOf(cluster).filter(({ host }) => host.access.kind !== 'local');
  return hosts.map(({ host, director, realServer, client }): WishedHost => {
    const roles: readonly (LabRole | false)[] = [
      director !== undefined && 'director',
      realServer !== undefined && 'real-server',
      client !== undefined && 'client',
    ];
    return {
      name: host.name,
      roles: roles.filter((role) => role !== false),
      addresses: [...new Set([...host.addresses, ...(realServer?.addresses ?? [])])],
      interfaces: interfacesOf(cluster, host.name),
      services: realServer === undefined ? [] : servicesOf(cluster, host.name),
    };
  });
}

/** The names that the inventory has for interfaces of a director: of its VRRP instances, and behind `dev` of an address. */
function interfacesOf({ instances }: Cluster, director: string): WishedHost['interfaces'] {
  return instances.flatMap(({ members, virtual_ipaddress, virtual_ipaddress_excluded }) => {
    const member = members.find((one) => one.director === director);
    if (member === undefined) return [];
    const addresses = [...virtual_ipaddress, ...virtual_ipaddress_excluded].flatMap(({ address, options }) => {
      const name = options[options.indexOf('dev') + 1];
      return options.includes('dev') && name !== undefined ? [{ name, near: address }] : [];
    });
    const own = member.interface === 'auto' ? [] : [{ name: member.interface, near: member.address }];
    return [...addresses, ...own];
  });
}

/** Ports by which a service is recognized; any other one of TCP is HTTP. */
const KINDS: ReadonlyMap<number, LabService['kind']> = new Map([
  [25, 'smtp'],
  [443, 'https'],
  [465, 'smtp'],
  [587, 'smtp'],
  [8443, 'https'],
]);

/** Checks that say what a port has to answer. */
const CHECKED: ReadonlyMap<string, LabService['kind']> = new Map([
  ['HTTP_GET', 'http'],
  ['SSL_GET', 'https'],
  ['SMTP_CHECK', 'smtp'],
]);

/** The port of a web server that is deployed, and answers by itself. */
const WEB_PORT = 80;

/** What a real server is asked for by all virtual servers, but for what is deployed to it. */
function servicesOf({ virtualServers, web }: Cluster, name: string): readonly LabService[] {
  const services = virtualServers.flatMap((server) =>
    server.pool.filter((member) => member.name === name).flatMap((member) => servicesFor(server, member)),
  );
  const isDeployed = ({ port, protocol }: LabService): boolean =>
    web.service !== undefined && protocol === 'tcp' && port === WEB_PORT;
  const each = new Map(services.map((service) => [`${service.protocol} ${String(service.port)}`, service]));
  return [...each.values()].filter((service) => !isDeployed(service));
}

/** One on the port of the member, or on all that clients connect to. */
function servicesFor(server: VirtualServer, { port, conf }: PoolMember): readonly LabService[] {
  // A service over every port is that of the web here.
  const ports = port === 0 ? endpointsOf(server).map((endpoint) => endpoint.port || WEB_PORT) : [port];
  const checked = keywordsOf(conf).flatMap((keyword) => CHECKED.get(keyword) ?? [])[0];
  const protocol = ({ TCP: 'tcp', UDP: 'udp', SCTP: 'sctp' } as const)[server.protocol];
  return [...new Set(ports)].map((one) => {
    if (protocol === 'udp') return { protocol, port: one, kind: one === 53 ? 'dns' : 'echo' };
    // A check of a service of several ports is of one of them.
    const kind = ports.length === 1 ? checked : undefined;
    return { protocol, port: one, kind: kind ?? KINDS.get(one) ?? 'http' };
  });
}

function keywordsOf(conf: readonly Entry[]): readonly string[] {
  return conf.flatMap((entry) => ('keyword' in entry ? [entry.keyword] : []));
}

/** The client is in every network that has a VIP, or else in that of the first director. */
function withClient(wish: Wish): Wish {
  if (wish.hosts.some(({ roles }) => roles.includes('client'))) return wish;
  const director = wish.hosts.find(({ roles }) => roles.includes('director'));
  const taken = new Set([...wish.hosts.flatMap(({ addresses }) => addresses), ...wish.vips].map(spelt));
  const within = (addresses: readonly string[]): readonly string[] =>
    wish.networks.map(({ cidr }) => cidr).filter((cidr) => addresses.some((one) => containsAddress(cidr, one)));
  const ofVips = within(wish.vips);
  const networks = ofVips.length > 0 ? ofVips : within(director?.addresses.slice(0, 1) ?? []);
  const addresses = networks.flatMap((cidr) => freeAddress(cidr, taken, 'top') ?? []);
  const client: WishedHost = { name: nameFor(wish, 'c1'), roles: ['client'], addresses, interfaces: [], services: [] };
  return { ...wish, hosts: [...wish.hosts, client], added: [client.name] };
}

/** Who talks to whom. A real server that holds the VIP itself, and so is silenced on ARP, replies to clients directly. */
function reachOf(cluster: Cluster, { hosts }: Wish): Wish['reach'] {
  const named = (role: WishedHost['roles'][number]): readonly string[] =>
    hosts.filter(({ roles }) => roles.includes(role)).map(({ name }) => name);
  const [directors, clients] = [named('director'), named('client')];
  const toVip = clients.flatMap((client) => directors.map((director) => [client, director] as const));
  const between = directors.flatMap((one) => directors.map((other) => [one, other] as const));
  const services = cluster.virtualServers.flatMap(({ lb_kind, pool }) =>
    pool.flatMap(({ name }) => {
      const replies = clients.map((client) => [client, name] as const);
      return [
        ...directors.map((director) => [director, name] as const),
        ...(METHODS[lb_kind].silencedBy === undefined ? [] : replies),
      ];
    }),
  );
  return [...toVip, ...between, ...services];
}
