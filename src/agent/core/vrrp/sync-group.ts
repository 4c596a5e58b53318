import type { VrrpSyncGroup } from '../../../keepalived/model/vrrp.ts';
import type { Instant } from '../step.ts';
import { log } from './event.ts';
import { membersOf } from './tracking.ts';
import { type ReportedState, groupMail, notifications } from './notify.ts';
import type { Instance, VrrpState } from './state.ts';
import { toBackup, toMaster } from './election.ts';
import { type Stride, moved, walk } from './walk.ts';

/**
 * Keeps the members of sync groups in the same state: all follow one that became MASTER or fell back to BACKUP. Faults
 * are shared in `settle.ts`. @param before the state before the event
 */
export function syncGroups(before: VrrpState, at: Instant): Stride {
  return (state) =>
    walk(
      state,
      state.conf.vrrp_sync_group.flatMap((group) => [follow(group, before, at), report(group)]),
    );
}

function follow(group: VrrpSyncGroup, before: VrrpState, at: Instant): Stride {
  return (state) => {
    const members = membersOf(group, state);
    const was = (member: Instance) => before.instances.get(member.conf.name)?.state;
    const fell = members.find((member) => member.state === 'BACKUP' && was(member) === 'MASTER');
    if (fell !== undefined) return moveAll('MASTER', toBackup(at, { code: 'sync-group', member: fell.conf.name }));
    const master = members.find((member) => member.state === 'MASTER');
    if (master !== undefined) return moveAll('BACKUP', toMaster(at, { code: 'sync-group', member: master.conf.name }));
    return { state, effects: [] };

    function moveAll(from: Instance['state'], move: ReturnType<typeof toBackup>) {
      const others = members.filter((member) => member.state === from);
      return walk(
        state,
        others.map((member) => moved(member.conf.name, move)),
      );
    }
  };
}

/** Reports a group once all members have the same state. keepalived reports priority 0 for groups. */
function report(group: VrrpSyncGroup): Stride {
  return (state) => {
    const now = stateOf(membersOf(group, state));
    if (now === undefined || state.groups.get(group.name) === now) return { state, effects: [] };
    const effects = [
      log({ code: 'group-state', group: group.name, state: now }),
      ...notifications(group.notify, 'GROUP', group.name, now, 0),
      ...(group.smtp_alert ? groupMail(group.name, now, state) : []),
    ];
    return { state: { ...state, groups: new Map(state.groups).set(group.name, now) }, effects };
  };
}

function stateOf(members: readonly Instance[]): ReportedState | undefined {
  const states = new Set(members.map(({ state }) => state));
  const [only] = states;
  return states.size === 1 && only !== undefined && only !== 'INIT' ? only : undefined;
}
