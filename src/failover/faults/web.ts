import type { PoolMember, VirtualServer } from '../../inventory/cluster.ts';
import { expectedRemoval } from '../expectation.ts';
import type { RealServerFacts } from '../facts.ts';
import type { Fault, FaultKind, NotPossible } from '../fault.ts';
import { onRealServer, withoutTimer } from './targets.ts';
import { stopUnit } from './unit.ts';

/** Stops the web server of one real server, which refuses connections until a health check removes it. */
export function stopWeb(service: VirtualServer, server: PoolMember, facts: RealServerFacts): Fault | NotPossible {
  if (service.pool.filter(({ weight }) => weight > 0).length < 2)
    return { reason: 'there is no second real server to answer instead' };
  if (facts.unit === undefined) return { reason: `the web server of ${server.name} is unknown: ${facts.why}` };
  if (facts.init === undefined) return withoutTimer(server.name);
  const expects = expectedRemoval(service, server.timing);
  return {
    name: 'web',
    title: `${facts.unit.replace(/\.service$/, '')} stopped on ${server.name}`,
    host: server.name,
    ...stopUnit('web', facts.unit, facts.init),
    holdMs: expects.highMs + 4000,
    hold: 'until-seen',
    expects,
    settleMs: service.delay_loop * 1000 + 10_000,
    server,
  };
}

export const web = {
  name: 'web',
  help: 'stop a web server',
  effect: 'removal',
  cutsConnection: false,
  applies: () => true,
  choose: (choice) => onRealServer(choice, (server, facts) => stopWeb(choice.service, server, facts)),
} as const satisfies FaultKind;
