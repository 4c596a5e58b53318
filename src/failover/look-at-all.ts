import type { ClusterLock } from '../apply/cluster-lock.ts';
import { fence } from '../apply/lease.ts';
import type { Cluster, VirtualServer } from '../inventory/cluster.ts';
import { lines } from '../remote/command.ts';
import type { FailoverEvent } from './event.ts';
import type { Hosts } from './hosts.ts';
import {
  type DirectorFacts,
  type RealServerFacts,
  parseDirector,
  parseRealServer,
  probeDirector,
  probeRealServer,
} from './look.ts';
import type { Recorder } from './recorder.ts';
import { cleanUp } from './put-back.ts';
import { reportUptime } from './watch.ts';

/** Facts of each director and of each real server of the service, by host name. */
export interface HostFacts {
  readonly directors: ReadonlyMap<string, DirectorFacts>;
  readonly realServers: ReadonlyMap<string, RealServerFacts>;
}

/**
 * Undoes what a killed run left behind, which only the holder of the lock may do, and probes every director and real
 * server: one round trip each.
 * @throws Failure of a host that cannot be probed.
 */
export async function gatherFacts(
  cluster: Cluster,
  service: VirtualServer,
  { nonce }: Pick<ClusterLock, 'nonce'>,
  hosts: Hosts,
  recorder: Recorder,
  report: (event: FailoverEvent) => void,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<HostFacts> {
  const cleaned = (host: string, stdout: string): void => {
    const faults = stdout.split('\n').flatMap((line) => (line.startsWith('left ') ? [line.slice(5)] : []));
    if (faults.length > 0) report({ kind: 'cleaned-up', host, faults });
  };
  // Directors come first: a host with both roles must not run two clean-ups at once.
  const directors = await Promise.all(
    cluster.directors.map(async ({ name, address }) => {
      const { stdout } = await hosts.run(name, lines([fence(nonce), cleanUp(), probeDirector()]), timeoutMs, signal, {
        onGiveUp: 'leave',
      });
      cleaned(name, stdout);
      return [name, parseDirector(stdout, address)] as const;
    }),
  );
  const realServers = await Promise.all(
    service.pool.map(async ({ name, port }) => {
      const script = lines([fence(nonce), cleanUp(), reportUptime(), probeRealServer(port)]);
      const onLine = (line: string): void => recorder.watch(name, line);
      const { stdout } = await hosts.run(name, script, timeoutMs, signal, { onLine, onGiveUp: 'leave' });
      cleaned(name, stdout);
      return [name, parseRealServer(stdout, port)] as const;
    }),
  );
  return { directors: new Map(directors), realServers: new Map(realServers) };
}
