import { Failure } from '../failure.ts';
import { type Cluster, type Endpoint, endpointsOf, type VirtualServer } from '../inventory/cluster.ts';
import { type RequestedServer } from '../inventory/virtual-servers.ts';
import { nameOfPlace } from '../keepalived/ipvs/name.ts';

/** A virtual server of a test, its endpoint that is asked, and what counts as an answer: a page, or a connection. */
export interface AskedService extends RequestedServer {
  readonly ask: Ask;
}

export type Ask = 'http' | 'https' | 'connection';

/** Ports that speak HTTP by convention, for services whose checks do not say what they speak. */
const HTTP_PORTS: ReadonlyMap<number, Ask> = new Map([
  [80, 'http'],
  [8000, 'http'],
  [8080, 'http'],
  [8888, 'http'],
  [443, 'https'],
  [8443, 'https'],
]);

/**
 * The virtual server with this name, or the first that can be asked.
 * @throws Failure where there is none, or where it cannot be asked
 */
export function askedService(
  { virtualServers }: Pick<Cluster, 'virtualServers'>,
  wanted: string | undefined,
): AskedService {
  if (virtualServers.length === 0)
    throw new Failure('inventory', 'Cannot test failover: the inventory has no virtual server to send requests to.');
  if (wanted === undefined) {
    const [asked] = virtualServers.flatMap((server) => asking(server, endpointsOf(server)[0]) ?? []);
    if (asked !== undefined) return asked;
    const reasons = virtualServers.map((server) => `${server.name} (${whyNot(server)})`);
    throw new Failure('inventory', `Cannot test failover: no virtual server can be asked: ${reasons.join(', ')}.`, {
      hint: 'Add a virtual server over TCP to the inventory.',
    });
  }
  const named = virtualServers.find(({ name }) => name === wanted);
  // One endpoint of several can be named, such as the port 443 of a firewall mark.
  const [placed] = virtualServers.flatMap((server) =>
    endpointsOf(server)
      .filter((endpoint) => place(endpoint) === wanted)
      .map((endpoint) => ({ server, endpoint })),
  );
  const server = named ?? placed?.server;
  if (server === undefined) {
    const names = virtualServers.map(({ name }) => name);
    throw new Failure('inventory', `--virtual-server: there is no virtual server ${JSON.stringify(wanted)}.`, {
      hint: `The inventory has ${names.join(', ')}.`,
    });
  }
  const asked = asking(server, named === undefined ? placed?.endpoint : endpointsOf(server)[0]);
  if (asked === undefined)
    throw new Failure('inventory', `--virtual-server: cannot ask ${server.name}: ${whyNot(server)}.`, {
      hint: 'Choose a virtual server over TCP; both may have the same VIP.',
    });
  return asked;
}

function asking(server: VirtualServer, endpoint: Endpoint | undefined): AskedService | undefined {
  if (server.protocol !== 'TCP' || endpoint === undefined || endpoint.port === 0) return undefined;
  return { ...server, ...endpoint, ask: askOf(server, endpoint.port) };
}

function whyNot({ protocol, target }: VirtualServer): string {
  if (protocol !== 'TCP') return `a test cannot know what a service over ${protocol} answers`;
  if (target.kind === 'fwmark') return 'the inventory does not say which addresses and ports have this mark';
  return 'the inventory names no address and port of it';
}

/** As its checks say, else by the port. */
function askOf({ pool }: VirtualServer, port: number): Ask {
  const keywords = new Set(pool.flatMap(({ conf }) => conf.flatMap((one) => ('keyword' in one ? [one.keyword] : []))));
  if (keywords.has('SSL_GET')) return 'https';
  if (keywords.has('HTTP_GET')) return 'http';
  return HTTP_PORTS.get(port) ?? 'connection';
}

/** What the report says of the service: its name, and the endpoint where that is not the name. */
export function titleOf(service: AskedService): string {
  const at = place(service);
  return service.name === at ? at : `${service.name} (${at})`;
}

function place({ vip, port }: Endpoint): string {
  return nameOfPlace({ address: vip, port });
}
