import type { Director, PoolMember } from '../../inventory/cluster.ts';
import type { TestContext } from '../context.ts';
import { backupOf } from '../expectation.ts';
import type { DirectorFacts, RealServerFacts } from '../facts.ts';
import type { Fault, NotPossible } from '../fault.ts';
import { candidates } from '../moving.ts';

/** The input for the choice of a fault. */
export type Choice = Pick<TestContext, 'cluster' | 'service' | 'moving' | 'options' | 'directors' | 'realServers'>;

/** The director that holds the VIP, and the one that takes over. */
export interface Takeover {
  readonly owner: Director;
  readonly facts: DirectorFacts;
  /** The name of the next director by priority. */
  readonly backup: string;
}

/** Injects into the director that holds the VIP, if another one can take over. */
export function onOwner(
  choice: Choice,
  owner: string,
  inject: (takeover: Takeover) => Fault | NotPossible,
): Fault | NotPossible {
  const { cluster, directors, moving } = choice;
  const involved = candidates(cluster, moving);
  if (involved.length < 2) return { reason: 'there is only one director, so none can take over' };
  const director = involved.find(({ name }) => name === owner);
  const facts = directors.get(owner);
  if (director === undefined || facts === undefined)
    return { reason: `the VIP is held by ${owner}, which is not a director` };
  const runs = (name: string): boolean => directors.get(name)?.engine !== undefined;
  const backup = backupOf(moving, owner, runs);
  const idle = involved.filter(({ name }) => !runs(name));
  if (backup === undefined || !runs(owner))
    return {
      reason: `neither keepalived nor lvs-agent is running on ${idle.map(({ name }) => name).join(' and ')}`,
    };
  return inject({ owner: director, facts, backup });
}

/** The director as a real server of the tested service; undefined when it is none. */
export function asRealServer({ service }: Choice, { name }: Pick<Director, 'name'>): PoolMember | undefined {
  return service.pool.find((member) => member.name === name && member.weight > 0);
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
