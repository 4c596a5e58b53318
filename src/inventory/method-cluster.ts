import type { Forwarding, MethodCluster, MethodHost, MethodService, Settings } from '../forwarding/forwarding.ts';
import { methodsOf } from '../forwarding/methods.ts';
import { type Cluster, type Host, type VirtualServer, endpointsOf } from './cluster.ts';
import { networkOf } from './networks.ts';

/** A cluster as each of its methods sees it. */
export function methodClusters(cluster: Cluster): ReadonlyMap<Forwarding, MethodCluster> {
  const settings = settingsOf(cluster);
  const directors = cluster.directors.map(methodHost);
  const services = cluster.virtualServers.map((server) => ({ lbKind: server.lb_kind, service: serviceView(server) }));
  return new Map(
    methodsOf(cluster).map((method) => {
      const of = (own: boolean): readonly MethodService[] =>
        services.filter(({ lbKind }) => (lbKind === method.lbKind) === own).map(({ service }) => service);
      const view = {
        settings,
        directors,
        services: of(true),
        otherServices: of(false),
        networkOf: (address: string) => networkOf(cluster, address)?.cidr,
      };
      return [method, view];
    }),
  );
}

export function settingsOf({ nat, tun }: Cluster): Settings {
  return { nat, tun };
}

export function methodHost({ name, addresses }: Host): MethodHost {
  return { name, addresses };
}

function serviceView(server: VirtualServer): MethodService {
  return {
    name: server.name,
    endpoints: endpointsOf(server),
    protocol: server.protocol,
    members: server.pool.map(({ name, address, port }) => ({ name, address, port })),
  };
}
