import type { PoolMember } from '../inventory/cluster.ts';
import type { AskedEndpoint, Question } from './question.ts';

/** Number of requests in parallel. */
export const AT_ONCE = 16;

/** A direct request to a real server, as an endpoint of the virtual server is asked. */
export interface Probe {
  /** `MEMBER.ENDPOINT` */
  readonly place: string;
  readonly member: PoolMember;
  readonly endpoint: AskedEndpoint;
  readonly address: string;
  /** The port of the real server, or the one that the client connects to. */
  readonly port: number;
}

/** Requests of each real server, as each endpoint is asked. */
export function directProbes({ server, endpoints, direct }: Question): readonly Probe[] {
  if (!direct) return [];
  return server.pool.flatMap((member, index) =>
    endpoints.map((endpoint, at) => ({
      place: `${index}.${at}`,
      member,
      endpoint,
      address: member.address,
      port: member.port === 0 ? endpoint.port : member.port,
    })),
  );
}
