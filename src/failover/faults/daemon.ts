import { expectedReturnMs, expectedTakeover } from '../expectation.ts';
import type { Fault, FaultKind, NotPossible } from '../fault.ts';
import { type Choice, onOwner, type Takeover, withoutTimer } from './targets.ts';
import { stopUnit } from './unit.ts';

/** Stops the VRRP daemon as an administrator would: it resigns, so the backup takes over at once. */
export function stopDaemon(
  { moving }: Pick<Choice, 'moving'>,
  { owner, facts, backup }: Takeover,
): Fault | NotPossible {
  if (facts.engine === undefined) return { reason: `no daemon is running on ${owner.name}` };
  if (facts.init === undefined) return withoutTimer(owner.name);
  const expects = expectedTakeover(moving, backup, () => false);
  return {
    name: 'daemon',
    title: `${facts.engine} stopped on ${owner.name}`,
    host: owner.name,
    ...stopUnit('daemon', `${facts.engine}.service`, facts.init),
    holdMs: expects.highMs + 8000,
    hold: 'until-seen',
    expects,
    settleMs: expectedReturnMs(moving, owner.name) + 10_000,
    server: undefined,
  };
}

export const daemon = {
  name: 'daemon',
  help: "stop the master's daemon",
  effect: 'takeover',
  cutsConnection: false,
  applies: () => true,
  choose: (choice, owner) => onOwner(choice, owner, (takeover) => stopDaemon(choice, takeover)),
} as const satisfies FaultKind;
