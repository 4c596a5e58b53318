import type { Failure } from '../failure.ts';
import type { Cluster, Engine } from '../inventory/cluster.ts';
import { ENGINES, UNITS } from '../render/names.ts';
import type { Have } from '../resources/kinds.ts';
import type { Surroundings } from '../resources/resource.ts';
import type { Facts } from './facts.ts';

/** The observed facts and resources of a host. */
export interface HostState {
  readonly host: string;
  readonly facts: Facts;
  readonly have: Have;
}

/** An unreadable host. */
export interface FailedHost {
  readonly host: string;
  readonly failure: Failure;
}

/** The observed state of all hosts of a cluster. */
export interface ClusterState {
  readonly hosts: ReadonlyMap<string, HostState>;
  /** Hosts that could not be read, and why. */
  readonly unreadable: readonly FailedHost[];
}

/** The engine whose unit is active; each stops the other when it is started. */
export function runningEngine({ have }: HostState): Engine | undefined {
  return ENGINES.find((engine) => have.service.get(UNITS[engine])?.active === 'active');
}

/** Ports of an address that other hosts can reach. */
function portsFor(listeners: Facts['listeners'], address: string): readonly number[] {
  const six = address.includes(':');
  return listeners
    .filter((one) => one.address.includes(':') === six && !/^127\.|^::1$/.test(one.address))
    .map(({ port }) => port);
}

/** The circumstances of the resources of each readable host. */
export function surroundingsIn(cluster: Cluster, { hosts }: ClusterState): ReadonlyMap<string, Surroundings> {
  const listening = new Set(
    cluster.realServers.flatMap(({ name, addresses }) =>
      addresses.flatMap((address) =>
        portsFor(hosts.get(name)?.facts.listeners ?? [], address).map((port) =>
          address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`,
        ),
      ),
    ),
  );
  return new Map(
    [...hosts].map(([name, { facts, have }]) => {
      const running = [...have.service, ...have['former-service']].filter(([, { active }]) => active === 'active');
      const activeUnits = new Set(running.map(([unit]) => unit));
      return [name, { platform: facts.platform, initSystem: facts.initSystem, activeUnits, listening }];
    }),
  );
}
