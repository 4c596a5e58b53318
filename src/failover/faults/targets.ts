import type { Director, PoolMember } from '../../inventory/cluster.ts';
import type { TestContext } from '../context.ts';
import type { DirectorFacts, RealServerFacts } from '../facts.ts';
import type { Fault, NotPossible } from '../fault.ts';

/** The input for the choice of a fault. */
export type Choice = Pick<TestContext, 'cluster' | 'service' | 'options' | 'directors' | 'realServers'>;

/** Injects into the director that holds the VIP, if another one can take over. */
export function onOwner(
  { cluster, directors }: Choice,
  owner: string,
  inject: (director: Director, facts: DirectorFacts) => Fault | NotPossible,
): Fault | NotPossible {
  if (cluster.directors.length < 2) return { reason: 'there is only one director, so none can take over' };
  const idle = cluster.directors.filter((director) => directors.get(director.name)?.engine === undefined);
  if (idle.length > 0)
    return {
      reason: `neither keepalived nor lvs-agent is running on ${idle.map((director) => director.name).join(' and ')}`,
    };
  const director = cluster.directors.find((each) => each.name === owner);
  const facts = directors.get(owner);
  if (director === undefined || facts === undefined)
    return { reason: `the VIP is held by ${owner}, which is not a director` };
  return inject(director, facts);
}

/** Injects into the first real server with a weight above 0 that allows it. */
export function onRealServer(
  { service, realServers }: Choice,
  inject: (server: PoolMember, facts: RealServerFacts) => Fault | NotPossible,
): Fault | NotPossible {
  const answers = service.pool
    .filter(({ weight }) => weight > 0)
    .map((server): Fault | NotPossible => {
      const facts = realServers.get(server.name);
      if (facts === undefined) return { reason: `${server.name} was not probed` };
      return inject(server, facts);
    });
  return (
    answers.find((answer) => !('reason' in answer)) ?? answers[0] ?? { reason: 'no real server has a weight above 0' }
  );
}

/** The reason for a host that could not undo the fault by itself. */
export function withoutTimer(host: string): NotPossible {
  return { reason: `${host} has no init system with transient timers to undo the fault if lvsctl dies` };
}
