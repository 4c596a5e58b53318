import type { Cluster, Director } from '../../inventory/cluster.ts';
import { backupOf, expectedResignation, expectedReturnMs } from '../expectation.ts';
import type { DirectorFacts } from '../facts.ts';
import type { Fault, FaultKind, NotPossible } from '../fault.ts';
import { onOwner, withoutTimer } from './targets.ts';
import { stopUnit } from './unit.ts';

/** Stops the VRRP daemon as an administrator would: it resigns, so the backup takes over at once. */
export function stopDaemon(cluster: Cluster, owner: Director, facts: DirectorFacts): Fault | NotPossible {
  const backup = backupOf(cluster, owner.name);
  if (backup === undefined || facts.engine === undefined) return { reason: 'there is no second director to take over' };
  if (facts.init === undefined) return withoutTimer(owner.name);
  const expects = expectedResignation(cluster, backup);
  return {
    name: 'daemon',
    title: `${facts.engine} stopped on ${owner.name}`,
    host: owner.name,
    ...stopUnit('daemon', `${facts.engine}.service`, facts.init),
    holdMs: expects.highMs + 8000,
    hold: 'until-seen',
    expects,
    settleMs: expectedReturnMs(cluster, owner) + 10_000,
    server: undefined,
  };
}

export const daemon = {
  name: 'daemon',
  help: "stop the master's daemon",
  effect: 'takeover',
  cutsConnection: false,
  choose: (choice, owner) => onOwner(choice, owner, (director, facts) => stopDaemon(choice.cluster, director, facts)),
} as const satisfies FaultKind;
