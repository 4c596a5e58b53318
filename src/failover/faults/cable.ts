import { type Director, virtualAddressesOf, type VrrpInstance } from '../../inventory/cluster.ts';
import { lines, sh } from '../../remote/command.ts';
import { NOTICE_MS } from '../arming.ts';
import { expectedReturnMs, expectedTakeover } from '../expectation.ts';
import type { DirectorFacts } from '../facts.ts';
import type { Fault, FaultKind, NotPossible } from '../fault.ts';
import { memberOf } from '../moving.ts';
import { asRealServer, type Choice, onOwner, type Takeover, withoutTimer } from './targets.ts';
import { linkState, replay, saveLink } from './link-state.ts';

/** Milliseconds for which the cable stays cut after the latest expected takeover. */
const AFTER_TAKEOVER_MS = 2000;

/** What is cut. */
export interface Cut {
  readonly name: 'cable' | 'inside-cable';
  readonly title: string;
  readonly dev: string;
}

/** The interface on which a director takes part in an instance; undefined when no interface has its address. */
export function deviceOf(instance: VrrpInstance, { name }: Director, facts: DirectorFacts): string | undefined {
  const member = memberOf(instance, name);
  if (member === undefined) return undefined;
  return member.interface === 'auto' ? facts.devices.get(member.address) : member.interface;
}

/** Cuts the cable of the instance that holds the VIP; lvsctl may be connected through it. */
export function cutCable(choice: Choice, takeover: Takeover): Fault | NotPossible {
  const { owner, facts } = takeover;
  const [own] = choice.moving;
  const dev = deviceOf(own, owner, facts);
  if (dev === undefined || dev === 'lo')
    return { reason: `no interface of ${owner.name} has the address ${memberOf(own, owner.name)?.address}` };
  return cut(choice, takeover, { name: 'cable', title: `cable of ${owner.name} cut`, dev });
}

/** Takes an interface of the master down. Instances on it go silent, others resign because a sync group or a track ties them to it. */
export function cut(
  choice: Choice,
  { owner, facts, backup }: Takeover,
  { name, title, dev }: Cut,
): Fault | NotPossible {
  const { cluster, moving, options, service } = choice;
  if (facts.init === undefined) return withoutTimer(owner.name);
  const virtual = virtualAddressesOf(cluster).map(({ address }) => address);
  const member = asRealServer(choice, owner);
  const server = member !== undefined && facts.devices.get(member.address) === dev ? member : undefined;
  const takeover = expectedTakeover(moving, backup, (instance) => deviceOf(instance, owner, facts) === dev);
  const because = `${takeover.because}; requests to its own real server fail until that leaves the table or returns`;
  const expects = server === undefined ? takeover : { ...takeover, because };
  return {
    name,
    title: `${title} (${dev} down)${server === undefined ? '' : ', which is a real server too'}`,
    host: owner.name,
    init: facts.init,
    save: saveLink(name, dev, virtual),
    inject: sh`ip link set dev ${dev} down`,
    undo: sh`tries=0
until giveBack; compare 2>/dev/null || [ "$tries" -ge 10 ]; do
  tries=$((tries + 1))
  sleep 0.5
done`,
    verify: sh`compare`,
    functions: lines([linkState(virtual), replay(name, dev)]),
    holdMs: Math.max(options.cableSeconds * 1000, expects.highMs + AFTER_TAKEOVER_MS) + NOTICE_MS,
    hold: 'fixed',
    expects,
    // The health checks of a director without its cable have removed real servers, and add them again.
    settleMs: expectedReturnMs(moving, owner.name) + service.delay_loop * 1000 + 15_000,
    server,
  };
}

export const cable = {
  name: 'cable',
  help: 'cut its cable',
  effect: 'takeover',
  cutsConnection: true,
  applies: () => true,
  choose: (choice, owner) => onOwner(choice, owner, (takeover) => cutCable(choice, takeover)),
} as const satisfies FaultKind;
