import type { ClusterLock } from '../apply/cluster-lock.ts';
import { fence } from '../apply/lease.ts';
import { type Cluster, type PoolMember, hostsOf } from '../inventory/cluster.ts';
import { type ClusterState, type HostState, runningEngine } from '../observe/cluster-state.ts';
import type { WebListener } from '../observe/fault-facts.ts';
import { observeCluster } from '../observe/observe.ts';
import { faultsWatchlist } from '../observe/watchlist.ts';
import type { InitSystem } from '../platforms/init-system.ts';
import { lines } from '../remote/command.ts';
import type { Transport } from '../remote/transport.ts';
import { UNITS } from '../render/names.ts';
import type { Hosts } from './hosts.ts';
import { cleanUp } from './put-back.ts';
import type { Recorder } from './recorder.ts';
import type { FailoverEvent } from './report.ts';
import type { AskedService } from './service.ts';
import { reportUptime } from './watch.ts';

/** What a director fault depends on. */
export interface DirectorFacts {
  /** The active unit, without its ending; undefined when there is none. */
  readonly engine: string | undefined;
  /** Undefined where no transient timer can undo a fault. */
  readonly init: InitSystem | undefined;
  /** The interface that holds an address. */
  readonly devices: ReadonlyMap<string, string>;
  /** Hardware addresses of all its interfaces. */
  readonly macs: readonly string[];
}

/** What a real server fault depends on. */
export interface RealServerFacts {
  /** The unit whose process listens on the port; undefined when there is none, with the reason in `why`. */
  readonly unit: string | undefined;
  readonly init: InitSystem | undefined;
  readonly why: string;
}

/** Facts of each director and of each real server of the service, by host name. */
export interface HostFacts {
  readonly directors: ReadonlyMap<string, DirectorFacts>;
  readonly realServers: ReadonlyMap<string, RealServerFacts>;
}

/**
 * Undoes faults of a killed run on directors and real servers. Requires the lock.
 * @throws Failure of a host where that fails.
 */
export async function undoFormerFaults(
  { directors, realServers }: Cluster,
  { nonce }: Pick<ClusterLock, 'nonce'>,
  hosts: Hosts,
  recorder: Recorder,
  report: (event: FailoverEvent) => void,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<void> {
  const clean = async (name: string): Promise<void> => {
    const script = lines([fence(nonce), cleanUp(), reportUptime()]);
    const onLine = (line: string): void => recorder.watch(name, line);
    const { stdout } = await hosts.run(name, script, timeoutMs, signal, { onLine, onGiveUp: 'leave' });
    const faults = stdout.split('\n').flatMap((line) => (line.startsWith('left ') ? [line.slice(5)] : []));
    if (faults.length > 0) report({ kind: 'cleaned-up', host: name, faults });
  };
  // A host with both roles is cleaned up once.
  await Promise.all([...new Set([...directors, ...realServers].map(({ name }) => name))].map(clean));
}

/** Observes what the faults depend on. @throws Failure of a host that cannot be observed. */
export async function gatherFacts(
  cluster: Cluster,
  { pool, vip, port }: AskedService,
  transports: ReadonlyMap<string, Transport>,
  signal: AbortSignal,
): Promise<HostFacts> {
  const listenerOn = (name: string): WebListener | undefined => {
    const member = pool.find((one) => one.name === name);
    // Without a port of its own it answers on that of the client, and under DR and TUN on the VIP.
    return member && { port: member.port === 0 ? port : member.port, addresses: [member.address, vip] };
  };
  const involved = new Set([...cluster.directors, ...pool].map(({ name }) => name));
  const members = new Map(hostsOf(cluster).map((member) => [member.host.name, member]));
  const state = await observeCluster(
    [...members.values()].filter(({ host }) => involved.has(host.name)),
    ({ host }) => faultsWatchlist(listenerOn(host.name)),
    { transports, unreachable: [], report: () => undefined, signal },
  );
  const [unreadable] = state.unreadable;
  if (unreadable !== undefined) throw unreadable.failure;
  return factsIn(cluster, pool, state);
}

export function factsIn(
  { directors }: Pick<Cluster, 'directors'>,
  pool: readonly PoolMember[],
  { hosts }: ClusterState,
): HostFacts {
  const of = <T>(all: readonly { readonly name: string }[], facts: (state: HostState) => T): ReadonlyMap<string, T> =>
    new Map(
      all.flatMap(({ name }) => {
        const state = hosts.get(name);
        return state === undefined ? [] : [[name, facts(state)] as const];
      }),
    );
  return { directors: of(directors, directorFacts), realServers: of(pool, realServerFacts) };
}

function directorFacts(state: HostState): DirectorFacts {
  const { facts } = state;
  const engine = runningEngine(state);
  return {
    engine: engine === undefined ? undefined : UNITS[engine].replace(/\.service$/, ''),
    init: facts.faults?.init,
    devices: new Map(facts.addresses.map(({ address, device }) => [address, device])),
    macs: [...facts.macs].flatMap(([device, mac]) => (device === 'lo' ? [] : [mac])),
  };
}

function realServerFacts({ facts: { faults } }: HostState): RealServerFacts {
  return { unit: faults?.unit, init: faults?.init, why: faults?.why ?? '' };
}
