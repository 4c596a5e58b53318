import type { InstanceMember, VrrpInstance } from '../inventory/cluster.ts';
import { runningEngine } from '../observe/cluster-state.ts';
import type { Evidence } from './check.ts';
import { ownersOf } from './checks/owner.ts';

/** An election that a change of priorities or a restart has left open: a director preempts the owner of an instance. */
export interface Takeover {
  readonly instance: string;
  readonly from: string;
  readonly to: string;
  /** Time within which it happens, if nothing that the engine tracks lowers the priority. */
  readonly seconds: number;
}

/** For a slow host, and for what an observation takes. */
const MARGIN_SECONDS = 1;

/** Takeovers that the priorities in the inventory lead to, one for each instance. */
export function takeoversDue(evidence: Evidence): readonly Takeover[] {
  return evidence.cluster.instances.flatMap((instance) => {
    const [vip] = [...instance.virtual_ipaddress, ...instance.virtual_ipaddress_excluded];
    const [from, ...others] = vip === undefined ? [] : ownersOf(vip.address, evidence);
    const owner = instance.members.find(({ director }) => director === from);
    if (from === undefined || owner === undefined || others.length > 0) return [];
    const next = instance.members
      .filter((member) => member.priority > owner.priority && preempts(instance, member, evidence))
      .toSorted((one, other) => other.priority - one.priority)[0];
    if (next === undefined) return [];
    return [{ instance: instance.name, from, to: next.director, seconds: secondsUntil(instance, next, evidence) }];
  });
}

function preempts(instance: VrrpInstance, { director, conf }: InstanceMember, { observations }: Evidence): boolean {
  const state = observations.get(director);
  if (state === undefined || runningEngine(state) === undefined) return false;
  const never = instance.nopreempt || conf.some((entry) => 'keyword' in entry && entry.keyword === 'nopreempt');
  return !never && state.facts.vrrpStates.get(instance.name) !== 'FAULT';
}

/** RFC 9568 §6.1: three intervals and the skew. A member of a sync group may have to wait once more for the others. */
function secondsUntil(
  { name, advert_int, preempt_delay = 0 }: VrrpInstance,
  { priority }: InstanceMember,
  { cluster }: Evidence,
): number {
  const down = 3 * advert_int + ((256 - priority) / 256) * Math.max(advert_int, 1);
  const grouped = cluster.syncGroups.some(({ instances }) => instances.includes(name));
  return preempt_delay + (grouped ? 2 : 1) * down + MARGIN_SECONDS;
}
