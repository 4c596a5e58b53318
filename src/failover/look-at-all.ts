import type { ClusterLock } from '../apply/cluster-lock.ts';
import { fence } from '../apply/lease.ts';
import type { Cluster, VirtualServer } from '../inventory/cluster.ts';
import { lines } from '../remote/command.ts';
import type { FailoverEvent } from './event.ts';
import type { Hosts } from './hosts.ts';
import { lookAtDirector, lookAtRealServer, parseDirector, parseRealServer } from './look.ts';
import type { Recorder } from './recorder.ts';
import type { Scene } from './scene.ts';
import { cleanUp } from './put-back.ts';
import { tellTime } from './watch.ts';

/**
 * Cleans up what a killed run left, which only the holder of the lock may do, and looks at every host: a director or a
 * real server costs one round trip.
 * @throws Failure of a host that cannot be asked.
 */
export async function lookAtAll(
  cluster: Cluster,
  service: VirtualServer,
  { nonce }: Pick<ClusterLock, 'nonce'>,
  hosts: Hosts,
  recorder: Recorder,
  report: (event: FailoverEvent) => void,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Pick<Scene, 'directors' | 'realServers'>> {
  const cleaned = (host: string, stdout: string): void => {
    const faults = stdout.split('\n').flatMap((line) => (line.startsWith('left ') ? [line.slice(5)] : []));
    if (faults.length > 0) report({ kind: 'cleaned-up', host, faults });
  };
  // Two looks at a host that has both roles must not clean up at the same time: directors come first.
  const directors = await Promise.all(
    cluster.directors.map(async ({ name, address }) => {
      const { stdout } = await hosts.run(name, lines([fence(nonce), cleanUp(), lookAtDirector()]), timeoutMs, signal, {
        onGiveUp: 'leave',
      });
      cleaned(name, stdout);
      return [name, parseDirector(stdout, address)] as const;
    }),
  );
  const realServers = await Promise.all(
    service.pool.map(async ({ name, port }) => {
      const look = lines([fence(nonce), cleanUp(), tellTime(), lookAtRealServer(port)]);
      const onLine = (line: string): void => recorder.watch(name, line);
      const { stdout } = await hosts.run(name, look, timeoutMs, signal, { onLine, onGiveUp: 'leave' });
      cleaned(name, stdout);
      return [name, parseRealServer(stdout, port)] as const;
    }),
  );
  return { directors: new Map(directors), realServers: new Map(realServers) };
}
