import { type Cluster, type Director, virtualAddressesOf } from '../../inventory/cluster.ts';
import { lines, sh } from '../../remote/command.ts';
import { NOTICE_MS } from '../arming.ts';
import { backupOf, expectedReturnMs, expectedSilence } from '../expectation.ts';
import type { DirectorFacts } from '../facts.ts';
import type { Fault, FaultKind, NotPossible } from '../fault.ts';
import { onOwner, withoutTimer } from './targets.ts';
import { linkState, replay, saveLink } from './link-state.ts';

/** Milliseconds for which the cable stays cut after the latest expected takeover. */
const AFTER_TAKEOVER_MS = 2000;

/** Takes the director's interface down, which may be the one that lvsctl is connected through. */
export function cutCable(
  cluster: Cluster,
  owner: Director,
  facts: DirectorFacts,
  cableSeconds: number,
): Fault | NotPossible {
  const backup = backupOf(cluster, owner.name);
  if (backup === undefined) return { reason: 'there is no second director to take over' };
  if (facts.init === undefined) return withoutTimer(owner.name);
  const dev = facts.interface;
  if (dev === undefined || dev === 'lo')
    return { reason: `no interface of ${owner.name} has the address ${owner.address}` };
  const expects = expectedSilence(cluster, backup);
  const virtual = virtualAddressesOf(cluster).map(({ address }) => address);
  return {
    name: 'cable',
    title: `cable of ${owner.name} cut (${dev} down)`,
    host: owner.name,
    init: facts.init,
    save: saveLink(dev, virtual),
    inject: sh`ip link set dev ${dev} down`,
    undo: sh`tries=0
until giveBack; compare 2>/dev/null || [ "$tries" -ge 10 ]; do
  tries=$((tries + 1))
  sleep 0.5
done`,
    verify: sh`compare`,
    functions: lines([linkState(virtual), replay(dev)]),
    holdMs: Math.max(cableSeconds * 1000, expects.highMs + AFTER_TAKEOVER_MS) + NOTICE_MS,
    hold: 'fixed',
    expects,
    settleMs: expectedReturnMs(cluster, owner) + 15_000,
    server: undefined,
  };
}

export const cable = {
  name: 'cable',
  help: 'cut its cable',
  effect: 'takeover',
  cutsConnection: true,
  choose: (choice, owner) =>
    onOwner(choice, owner, (director, facts) => cutCable(choice.cluster, director, facts, choice.options.cableSeconds)),
} as const satisfies FaultKind;
