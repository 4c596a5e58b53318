import type { Bundle } from '../bundle/manifest.ts';
import { Failure, interrupted } from '../failure.ts';
import { type Cluster, type Host, type Member, hostsOf } from '../inventory/cluster.ts';
import type { FailedHost } from '../observe/cluster-state.ts';
import { type AgentPrograms, bundledAgents } from '../render/agent-program.ts';
import type { Connect, Transport } from '../remote/transport.ts';
import type { Report } from './event.ts';
import { pooled } from './pooled.ts';

/** One connection per host, kept for the whole run. */
export interface Session {
  readonly cluster: Cluster;
  readonly members: readonly Member[];
  readonly transports: ReadonlyMap<string, Transport>;
  readonly unreachable: readonly FailedHost[];
  /** The bundled agent for directors that need it. */
  readonly agents: AgentPrograms;
  /** The packages that the inventory brings, read and checked when they are asked for. @throws Failure `inventory` */
  readonly bundle?: () => Bundle;
  /** Whether a deploy removes virtual services that are not in the inventory. */
  readonly flushUnmanaged: boolean;
  /** Opens another connection, to be closed by the caller. @throws Failure of the transport. */
  readonly reconnect: (host: string, signal: AbortSignal) => Promise<Transport>;
  /** Reconnects to unreachable hosts and lost connections; never throws. */
  readonly reopen: (hosts: readonly string[], signal: AbortSignal) => Promise<void>;
  readonly close: () => void;
}

export interface SessionOptions {
  readonly connectTo: (host: Host) => Connect;
  /** Number of hosts to connect to in parallel. Far more than 50 makes logins exceed their time-out. */
  readonly forks: number;
  readonly report: Report;
  readonly signal: AbortSignal;
  /** Default: the agents bundled with lvsctl. */
  readonly agents?: AgentPrograms;
  readonly flushUnmanaged?: boolean;
  readonly bundle?: () => Bundle;
}

/**
 * Connects to hosts of a cluster in parallel. A host that cannot be reached is listed in `unreachable`.
 * @throws Failure `interrupted`, with every connection closed
 */
export async function openSession(
  cluster: Cluster,
  options: SessionOptions,
  members: readonly Member[] = hostsOf(cluster),
): Promise<Session> {
  const transports = new Map<string, Transport>();
  const failures = new Map<string, Failure>();
  options.report({ type: 'connecting', hosts: members.map(({ host }) => host.name) });
  const connect = (some: readonly Member[], signal: AbortSignal): Promise<void> =>
    pooled(some, options.forks, async ({ host }) => {
      try {
        const transport = await options.connectTo(host)(signal);
        transports.get(host.name)?.close();
        transports.set(host.name, transport);
        failures.delete(host.name);
        options.report({ type: 'host', host: host.name, state: 'connected' });
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        if (signal.aborted) return;
        failures.set(host.name, error);
        options.report({ type: 'host', host: host.name, state: 'failed', message: error.message });
      }
    });
  await connect(members, options.signal);
  const close = (): void => {
    for (const transport of transports.values()) transport.close();
  };
  if (options.signal.aborted) {
    close();
    throw interrupted('while connecting. No changes made');
  }
  return {
    cluster,
    members,
    transports,
    agents: options.agents ?? bundledAgents(),
    ...(options.bundle !== undefined && { bundle: options.bundle }),
    flushUnmanaged: options.flushUnmanaged === true,
    // In the order of the inventory, not in that in which they gave up.
    get unreachable() {
      return members.flatMap(({ host }) => {
        const failure = failures.get(host.name);
        return failure === undefined || transports.has(host.name) ? [] : [{ host: host.name, failure }];
      });
    },
    reopen: (hosts, signal) =>
      connect(
        members.filter(({ host }) => hosts.includes(host.name)),
        signal,
      ),
    reconnect: async (name, signal) => {
      const member = members.find(({ host }) => host.name === name);
      if (member === undefined) throw new RangeError(`no host ${name} in this session`);
      return options.connectTo(member.host)(signal);
    },
    close,
  };
}
