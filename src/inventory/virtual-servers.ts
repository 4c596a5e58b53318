import { type Cluster, type Endpoint, type VirtualServer, endpointsOf } from './cluster.ts';

/** The virtual servers of a director. */
export function virtualServersOn(
  { virtualServers }: Pick<Cluster, 'virtualServers'>,
  director: string,
): readonly VirtualServer[] {
  return virtualServers.filter(({ directors }) => directors?.includes(director) !== false);
}

/** A virtual server, and the endpoint of it that is requested. */
export type RequestedServer = VirtualServer & Endpoint;

/** A virtual server with its first endpoint; undefined for one without any. */
export function requestedServer(server: VirtualServer): RequestedServer | undefined {
  const [endpoint] = endpointsOf(server);
  return endpoint === undefined ? undefined : { ...server, ...endpoint };
}
