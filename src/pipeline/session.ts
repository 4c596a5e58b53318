import { Failure } from '../failure.ts';
import { type Cluster, type Host, type Role, hostsOf } from '../inventory/cluster.ts';
import type { Connect, Transport } from '../remote/transport.ts';
import type { Report } from './event.ts';
import { pooled } from './pooled.ts';

export interface Member {
  readonly host: Host;
  readonly role: Role;
}

/** One connection per host, kept for the whole run. */
export interface Session {
  readonly cluster: Cluster;
  readonly members: readonly Member[];
  readonly transports: ReadonlyMap<string, Transport>;
  readonly unreachable: readonly { readonly host: string; readonly failure: Failure }[];
  /** Opens another connection, which is the caller's to close. @throws Failure as connecting does. */
  readonly reconnect: (host: string, signal: AbortSignal) => Promise<Transport>;
  readonly close: () => void;
}

export interface SessionOptions {
  readonly connectTo: (host: Host) => Connect;
  /** How many hosts are connected to at a time; about 50 is right, more makes each wait past its time-out. */
  readonly forks: number;
  readonly report: Report;
  readonly signal: AbortSignal;
}

/** Connects to hosts of a cluster in parallel. Never throws for a host that cannot be reached: it is told in `unreachable`. */
export async function openSession(
  cluster: Cluster,
  options: SessionOptions,
  members: readonly Member[] = hostsOf(cluster),
): Promise<Session> {
  const transports = new Map<string, Transport>();
  const unreachable: { host: string; failure: Failure }[] = [];
  options.report({ type: 'connecting', hosts: members.map(({ host }) => host.name) });
  await pooled(members, options.forks, async ({ host }) => {
    try {
      transports.set(host.name, await options.connectTo(host)(options.signal));
      options.report({ type: 'host', host: host.name, state: 'connected' });
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      unreachable.push({ host: host.name, failure: error });
      options.report({ type: 'host', host: host.name, state: 'failed', message: error.message });
    }
  });
  return {
    cluster,
    members,
    transports,
    unreachable,
    reconnect: async (name, signal) => {
      const member = members.find(({ host }) => host.name === name);
      if (member === undefined) throw new RangeError(`no host ${name} in this session`);
      return options.connectTo(member.host)(signal);
    },
    close: () => {
      for (const transport of transports.values()) transport.close();
    },
  };
}
