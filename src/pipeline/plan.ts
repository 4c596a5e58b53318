import { type Change, changesOf } from '../plan/change.ts';
import { type Plan, planOf } from '../plan/plan.ts';
import type { Look } from './look.ts';
import type { Session } from './session.ts';

/** What would have to change, in the light of one look. */
export function planFrom(session: Session, seen: Look): Plan {
  return planOf(
    session.members.map(({ host }) => host.name),
    openChanges(session, seen),
    seen.unreadable,
    seen.master,
    [...seen.engines].map(([host, choice]) => ({ host, ...choice })),
  );
}

/** All that is not as it must be, hosts in the order of the inventory. */
export function openChanges(session: Session, seen: Look): readonly Change[] {
  return session.members.flatMap(({ host, role }) => {
    const observation = seen.observations.get(host.name);
    const wants = seen.wants.get(host.name);
    return observation === undefined || wants === undefined ? [] : changesOf(host.name, role, wants, observation.have);
  });
}
