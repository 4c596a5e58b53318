import { type Cluster, type Endpoint, type VirtualServer, endpointsOf } from '../inventory/cluster.ts';
import { networkOf } from '../inventory/networks.ts';
import { requestAt } from '../inventory/resolve-verify.ts';
import { nameOfService } from '../keepalived/ipvs/name.ts';
import type { Unasked } from './check.ts';

/** One service of the kernel, with the requests that prove it. */
export interface Question {
  /** In messages: the name of the virtual server; with the endpoint where a group has several. */
  readonly service: string;
  readonly server: VirtualServer;
  /** Its name in the kernel's table. */
  readonly kernel: string;
  /** Pages identify real servers; connections and datagrams are counted by the directors. */
  readonly kind: 'page' | 'connection' | 'datagram';
  readonly endpoints: readonly AskedEndpoint[];
  /** Whether the client can ask real servers themselves, so that it knows their pages. */
  readonly direct: boolean;
  readonly effort: Effort;
}

/** How much is asked of one service. */
interface Effort {
  /** Requests for each real server. */
  readonly rounds: number;
  /** Seconds after which no more requests are started. */
  readonly seconds: number;
}

export interface AskedEndpoint extends Endpoint {
  readonly request: 'http' | 'https' | 'tcp' | 'udp';
}

/** Endpoints of one service of a mark, and of one group: these share everything but their address and port. */
const MOST_ENDPOINTS = 16;

export interface Questions {
  readonly questions: readonly Question[];
  readonly unasked: readonly Unasked[];
}

/** What a client can ask, and what it cannot. */
export function questionsOf(cluster: Pick<Cluster, 'virtualServers' | 'client' | 'networks'>): Questions {
  const effort = effortFor(cluster.virtualServers.length);
  const all = cluster.virtualServers.map((server) => questionsOfServer(server, isNear(cluster, server), effort));
  return {
    questions: all.flatMap(({ questions }) => questions),
    unasked: all.flatMap(({ unasked }) => unasked),
  };
}

/** Real servers under NAT may be in a network that the client has no route to. */
function isNear(cluster: Pick<Cluster, 'client' | 'networks'>, { lb_kind, pool }: VirtualServer): boolean {
  if (lb_kind !== 'NAT') return true;
  const own = (cluster.client?.addresses ?? []).map((address) => networkOf(cluster, address)?.name);
  return pool.every(({ address }) => own.includes(networkOf(cluster, address)?.name));
}

function questionsOfServer(server: VirtualServer, direct: boolean, effort: Effort): Questions {
  const { name, target, protocol, family } = server;
  const endpoints = endpointsOf(server).filter(({ port }) => port > 0);
  const asked = endpoints.slice(0, MOST_ENDPOINTS).flatMap((endpoint): readonly AskedEndpoint[] => {
    const request = requestAt(server, endpoint.port);
    return request === 'none' ? [] : [{ ...endpoint, request }];
  });
  const [first] = asked;
  if (first === undefined) return { questions: [], unasked: [{ service: name, why: whyNot(server) }] };
  const common = { server, kind: KINDS[first.request], direct, effort };
  const left = endpoints.length - MOST_ENDPOINTS;
  const why = `${left} of its ${endpoints.length} addresses and ports are beyond the ${MOST_ENDPOINTS} that are asked`;
  const unasked = left > 0 ? [{ service: name, why }] : [];
  if (target.kind === 'fwmark') {
    const kernel = nameOfService({ kind: 'fwmark', family, fwmark: target.fwmark });
    return { questions: [{ ...common, service: name, kernel, endpoints: asked }], unasked };
  }
  const questions = asked.map((endpoint): Question => {
    const kernel = nameOfService({ kind: 'address', protocol, address: endpoint.vip, port: endpoint.port });
    const service = target.kind === 'address' ? name : `${kernel} (${name})`;
    return { ...common, service, kernel, endpoints: [endpoint] };
  });
  return { questions, unasked };
}

const KINDS = { http: 'page', https: 'page', tcp: 'connection', udp: 'datagram' } as const;

function whyNot({ target, protocol, verify }: VirtualServer): string {
  if (target.kind === 'fwmark' && target.marks.length === 0)
    return 'the rules that mark its packets are not in the inventory, nor are its addresses';
  if (target.kind === 'address' && target.port === 0) return 'it takes every port, and none is named';
  if (target.kind === 'group' && target.endpoints.length === 0) return 'the group has no address with a port';
  return protocol === 'SCTP' && verify.request === 'none' ? 'it speaks SCTP' : 'verify.request is none';
}

/** Enough requests to reach every real server several times, but no more than a client sends in a second or two. */
export function requestCount({ server, endpoints, effort }: Question): number {
  const turns = server.pool.reduce((sum, { weight }) => sum + (server.lb_algo === 'wrr' ? weight : 1), 0);
  const each = server.pool.length * endpoints.length;
  return Math.min(400, Math.max(2 * effort.rounds, turns * effort.rounds, each));
}

/** Services that are asked in full; of more, each is asked less. */
const FEW = 10;

function effortFor(services: number): Effort {
  return services <= FEW ? { rounds: 8, seconds: 60 } : { rounds: 4, seconds: 15 };
}
