import type { VrrpSyncGroup } from '../../../keepalived/model-vrrp.ts';
import type { Instance, VrrpState } from './state.ts';
import { syncGroupOf } from './tracking.ts';

export function membersOf(group: VrrpSyncGroup, state: VrrpState): readonly Instance[] {
  return group.group.flatMap((name) => {
    const member = state.instances.get(name);
    return member === undefined ? [] : [member];
  });
}

/** The other members of its sync group; none where it is in no group. */
export function othersOf(instance: Instance, state: VrrpState): readonly Instance[] {
  const group = syncGroupOf(instance.conf.name, state);
  if (group === undefined) return [];
  return membersOf(group, state).filter(({ conf }) => conf.name !== instance.conf.name);
}
