import { METHODS } from '../forwarding/methods.ts';
import { type Cluster, type Director, type RealServer, type VirtualServer, endpointsOf } from '../inventory/cluster.ts';
import { addressFor } from '../inventory/networks.ts';
import { familyOf } from '../keepalived/text/address.ts';
import { readRendered } from '../render/rendered-conf.ts';
import {
  type Opening,
  PROTOCOLS,
  VRRP,
  advertisedTo,
  checksOf,
  distinct,
  outerOf,
  placeOf,
  portsIn,
  portsOf,
  syncOf,
} from './openings.ts';

const SENT = { hook: 'output', essential: true } as const;

/** Packets that a director sends, those of clients among them: IPVS sends these as its own. */
export function directorDepartures(cluster: Cluster, host: Director): readonly Opening[] {
  const servers = cluster.virtualServers.filter(({ directors }) => directors?.includes(host.name) !== false);
  return distinct([
    ...toDirectors(cluster, host),
    ...servers.flatMap((server) => forwarded(cluster, host, server)),
    ...servers.flatMap((server) => checked(cluster, host, server)),
  ]);
}

function toDirectors(cluster: Cluster, host: Director): readonly Opening[] {
  const { conf } = readRendered(cluster, host);
  if (conf === undefined || cluster.directors.length < 2) return [];
  const adverts = conf.vrrp.vrrp_instance.flatMap((instance): readonly Opening[] => {
    const member = cluster.instances
      .find(({ name }) => name === instance.name)
      ?.members.find(({ director }) => director === host.name);
    if (member === undefined) return [];
    return advertisedTo(instance, conf.vrrp.globals).map((destination) => ({
      ...SENT,
      states: ['new'],
      family: instance.family,
      protocol: VRRP,
      destination,
      at: member.address,
      what: `VRRP advertisements sent to ${destination}`,
    }));
  });
  const sync = syncOf(conf.global_defs.lvs_sync_daemon);
  if (sync === undefined) return adverts;
  const { destination, port } = sync;
  const what = `synchronised connections sent to ${destination}:${port}/udp`;
  const packet = { family: familyOf(destination), protocol: PROTOCOLS.UDP, destination, port };
  return [...adverts, { ...SENT, ...packet, states: ['new'], essential: false, at: undefined, what }];
}

/**
 * IPVS passes what it forwards to the output hook, excluded from connection tracking unless net.ipv4.vs.conntrack is 1
 * (ip_vs_xmit.c); the packet of a tunnel is a new one.
 */
function forwarded(cluster: Cluster, host: Director, server: VirtualServer): readonly Opening[] {
  const isTracked = cluster.nat?.wayBack === 'masquerade';
  const states = isTracked ? (['new', 'established'] as const) : (['untracked'] as const);
  return server.pool
    .filter(({ name }) => name !== host.name)
    .flatMap(({ name, address, port }): readonly Opening[] => {
      const family = familyOf(address);
      const common = { ...SENT, states, at: addressFor(cluster, host, address) };
      if (server.lb_kind === 'TUN') {
        const outer = outerOf(cluster, family);
        return [{ ...common, ...outer, states: ['new'], family, destination: address, what: `the tunnel to ${name}` }];
      }
      if (METHODS[server.lb_kind].keepsDestination)
        return endpointsOf(server).map((one) => ({
          ...common,
          ...portsOf(server, one.port),
          family: familyOf(one.vip),
          destination: one.vip,
          what: `forwarded connections to ${placeOf(one.vip, one.port, server)}`,
        }));
      return portsIn(server, port).map((one) => ({
        ...common,
        ...portsOf(server, one),
        family,
        destination: address,
        what: `forwarded connections to ${placeOf(address, one, server)}`,
      }));
    });
}

function checked(cluster: Cluster, host: Director, server: VirtualServer): readonly Opening[] {
  return server.pool
    .filter(({ name }) => name !== host.name)
    .flatMap(({ name, address, port, conf }) =>
      conf.flatMap((entry) =>
        checksOf(entry, port, server).map((check): Opening => ({
          ...SENT,
          states: ['new'],
          family: familyOf(address),
          protocol: check.protocol,
          destination: address,
          port: check.port,
          at: addressFor(cluster, host, address),
          what: `${check.what} of ${name}`,
        })),
      ),
    );
}

/** Replies of a real server, which a firewall that accepts no established connections drops. */
export function realServerDepartures(cluster: Cluster, host: RealServer): readonly Opening[] {
  const replies = { ...SENT, states: ['established'], at: undefined } as const;
  return distinct(
    cluster.virtualServers.flatMap((server) => {
      const directors = cluster.directors.filter(({ name }) => server.directors?.includes(name) !== false);
      return server.pool
        .filter(({ name }) => name === host.name)
        .flatMap(({ address, port, conf }): readonly Opening[] => [
          ...(METHODS[server.lb_kind].keepsDestination
            ? endpointsOf(server)
            : portsIn(server, port).map((one) => ({ vip: address, port: one }))
          ).map((one) => ({
            ...replies,
            family: familyOf(one.vip),
            protocol: PROTOCOLS[server.protocol],
            source: one.vip,
            ...(one.port > 0 && { sourcePort: one.port }),
            what: `replies from ${placeOf(one.vip, one.port, server)}`,
          })),
          ...conf.flatMap((entry) =>
            checksOf(entry, port, server).flatMap((check) =>
              directors.flatMap((director): readonly Opening[] => {
                const destination = addressFor(cluster, director, address);
                if (destination === undefined) return [];
                const packet = { protocol: check.protocol, source: address, sourcePort: check.port, destination };
                const what = `replies to ${check.what} of ${destination}`;
                return [{ ...replies, ...packet, family: familyOf(address), at: address, what }];
              }),
            ),
          ),
        ]);
    }),
  );
}
