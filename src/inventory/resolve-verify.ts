import type { Entry, Statement } from '../keepalived/write.ts';
import { type Endpoint, type PoolMember, type RequestKind, type VirtualServer, endpointsOf } from './cluster.ts';
import { DEFAULTS } from './defaults.ts';
import type { Picker } from './origins.ts';
import type { PathParts } from './place.ts';
import type { Input } from './schema.ts';

type GivenVerify = NonNullable<NonNullable<Input['virtual_servers']>[number]['verify']>;

/** What a virtual server says of the client's requests to it, before its own `verify`. */
interface Service {
  readonly protocol: VirtualServer['protocol'];
  readonly endpoints: readonly Endpoint[];
  readonly pool: readonly PoolMember[];
  readonly conf: readonly Entry[];
}

/** What verify and failover-test ask: as written, else what the health check and the port suggest. */
export function resolveVerify(
  picker: Picker,
  at: PathParts,
  given: GivenVerify | undefined,
  service: Service,
): VirtualServer['verify'] {
  const key = (name: keyof GivenVerify): PathParts => [...at, 'verify', name];
  const check = checkerOf(service.pool);
  const request = picker.own<RequestKind>(key('request'), given?.request, requestFor(service, check));
  const speaksHttp = request === 'http' || request === 'https';
  const found = DEFAULTS.virtual_server.path(pathOf(check));
  return {
    request,
    path: speaksHttp ? picker.own<string>(key('path'), given?.path, found) : found.value,
    host: speaksHttp
      ? picker.own<string | undefined>(
          key('host'),
          given?.host,
          DEFAULTS.virtual_server.host(hostOf(service.pool, check, service.conf)),
        )
      : undefined,
    status_code: picker.own(key('status_code'), given?.status_code, DEFAULTS.virtual_server.status_code),
  };
}

/** HTTPS by the number of its port, HTTP too; in a service over several ports each port has its own. */
const HTTPS_PORTS: ReadonlySet<number> = new Set([443, 8443]);
const HTTP_PORTS: ReadonlySet<number> = new Set([80, 8080]);

/** Ports of protocols in which a client speaks no HTTP (IANA, and customary ones). */
const OTHER_PORTS: ReadonlySet<number> = new Set([
  21, 22, 23, 25, 53, 88, 110, 111, 119, 143, 179, 389, 445, 465, 514, 554, 563, 587, 636, 853, 873, 989, 990, 993, 995,
  1080, 1194, 1433, 1521, 1723, 1883, 2049, 2181, 3268, 3269, 3306, 3389, 5060, 5061, 5222, 5269, 5432, 5671, 5672,
  6379, 6443, 6514, 6667, 8883, 9042, 9092, 11211, 26379, 27017,
]);

function requestFor({ protocol, endpoints }: Service, check: Statement | undefined) {
  const port = endpoints[0]?.port;
  const { request } = DEFAULTS.virtual_server;
  if (protocol === 'SCTP') return request('none', 'no ordinary program speaks SCTP');
  if (port === 0) return request('none', 'it takes every port, and none is named');
  if (protocol === 'UDP') return request('udp', 'datagrams, which the directors count');
  if (port === undefined) return request('none', 'its addresses are not in the inventory');
  if (check?.keyword === 'SSL_GET') return request('https', 'its health check speaks HTTPS');
  if (HTTPS_PORTS.has(port)) return request('https', `the protocol of port ${port}`);
  if (check?.keyword === 'HTTP_GET') return request('http', 'its health check speaks HTTP');
  if (check?.keyword === 'SMTP_CHECK' || check?.keyword === 'DNS_CHECK')
    return request('tcp', 'its health check speaks no HTTP');
  if (OTHER_PORTS.has(port)) return request('tcp', `port ${port} is not for HTTP`);
  return request('http', 'the protocol of most services');
}

/** What is asked of one port; several ports of one service are asked in the protocol of each. */
export function requestAt(server: Pick<VirtualServer, 'verify' | 'target'>, port: number): RequestKind {
  const { request } = server.verify;
  const several = endpointsOf(server).some((other) => other.port !== port);
  if (!several || (request !== 'http' && request !== 'https')) return request;
  return HTTPS_PORTS.has(port) ? 'https' : HTTP_PORTS.has(port) ? 'http' : request;
}

const CHECKERS: ReadonlySet<string> = new Set(['HTTP_GET', 'SSL_GET', 'SMTP_CHECK', 'DNS_CHECK']);

/** The first health check that says which protocol the service speaks. */
function checkerOf(pool: readonly PoolMember[]): Statement | undefined {
  for (const { conf } of pool) {
    const found = statementsIn(conf).find(({ keyword }) => CHECKERS.has(keyword));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Keepalived's own default is `/`. */
function pathOf(check: Statement | undefined): string | undefined {
  return valueIn(urlOf(check)?.block, 'path');
}

/** The nearest `virtualhost`. */
function hostOf(pool: readonly PoolMember[], check: Statement | undefined, conf: readonly Entry[]): string | undefined {
  return (
    valueIn(urlOf(check)?.block, 'virtualhost') ??
    valueIn(check?.block, 'virtualhost') ??
    valueIn(pool[0]?.conf, 'virtualhost') ??
    valueIn(conf, 'virtualhost')
  );
}

function urlOf(check: Statement | undefined): Statement | undefined {
  return statementsIn(check?.block ?? []).find(({ keyword }) => keyword === 'url');
}

function valueIn(entries: readonly Entry[] | undefined, keyword: string): string | undefined {
  return statementsIn(entries ?? []).find((one) => one.keyword === keyword)?.words[0];
}

function statementsIn(entries: readonly Entry[]): readonly Statement[] {
  return entries.flatMap((entry) => ('keyword' in entry ? [entry] : []));
}
