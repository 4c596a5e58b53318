import type { Script } from '../../../keepalived/model/conf.ts';
import type { Notify } from '../../../keepalived/model/vrrp.ts';
import type { VrrpEffect } from './event.ts';
import type { Instance, VrrpState } from './state.ts';
import type { Move } from './walk.ts';

/** States that are reported to notify scripts and FIFOs. */
export type ReportedState = 'MASTER' | 'BACKUP' | 'FAULT' | 'STOP' | 'DELETED';

const OWN_SCRIPT = {
  MASTER: 'notify_master',
  BACKUP: 'notify_backup',
  FAULT: 'notify_fault',
  STOP: 'notify_stop',
  DELETED: 'notify_deleted',
} as const satisfies Record<ReportedState, keyof Notify>;

/** The script for the state, then `notify`, then the FIFOs. Groups report priority 0. */
export function notifications(
  notify: Notify,
  what: 'INSTANCE' | 'GROUP',
  name: string,
  reported: ReportedState,
  priority: number,
): readonly VrrpEffect[] {
  return [...run(notify[OWN_SCRIPT[reported]], []), ...toAll(notify, what, name, reported, priority)];
}

function toAll(
  notify: Notify,
  what: 'INSTANCE' | 'GROUP',
  name: string,
  reported: ReportedState,
  priority: number,
): readonly VrrpEffect[] {
  return [
    ...run(notify.notify, [what, name, reported, String(priority)]),
    { kind: 'fifo', line: `${what} "${name}" ${reported} ${priority}` },
  ];
}

/** Reports a state transition to scripts, FIFOs and mail. */
export function notifyState(reported: ReportedState): Move {
  return (instance, state) => ({
    state: instance,
    effects: [
      { kind: 'became', instance: instance.conf.name, state: reported },
      ...notifications(instance.conf.notify, 'INSTANCE', instance.conf.name, reported, instance.priority),
      ...mail(instance, reported, state),
    ],
  });
}

/**
 * Reports an instance that was removed from the configuration. Without notify_deleted it is reported as FAULT, but
 * notify_fault does not run.
 */
export function notifyDeleted({ conf: { name, notify, deleted_as }, priority }: Instance): readonly VrrpEffect[] {
  return [
    { kind: 'became', instance: name, state: 'DELETED' },
    ...run(notify.notify_deleted, []),
    ...toAll(notify, 'INSTANCE', name, deleted_as, priority),
  ];
}

/** A master received an advert of lower priority, so the peer may have run its own notify scripts. */
export function notifyLowerPriority(instance: Instance): readonly VrrpEffect[] {
  const { notify, name } = instance.conf;
  return [
    ...run(notify.notify_master_rx_lower_pri, []),
    { kind: 'fifo', line: `INSTANCE "${name}" MASTER_RX_LOWER_PRI ${instance.priority}` },
  ];
}

export function groupMail(name: string, reported: ReportedState, state: VrrpState): readonly VrrpEffect[] {
  if (!isMailed(reported, state)) return [];
  return [{ kind: 'mail', code: 'group-state', router: state.conf.globals.router_id, group: name, state: reported }];
}

/** notify_priority_changes: writes priority changes within a state to the FIFOs. */
export function notifyPriority({ conf, state, priority }: Instance): readonly VrrpEffect[] {
  if (!conf.notify_priority_changes || (state !== 'MASTER' && state !== 'BACKUP')) return [];
  return [{ kind: 'fifo', line: `INSTANCE "${conf.name}" ${state}_PRIORITY ${priority}` }];
}

/** fifo_write_vrrp_states_on_reload: writes all current states to the FIFOs, for readers that connect late. */
export function notifyStates(state: VrrpState): readonly VrrpEffect[] {
  if (!state.conf.globals.fifo_write_vrrp_states_on_reload) return [];
  const lines = [
    ...[...state.instances.values()]
      .filter((instance) => instance.state !== 'INIT')
      .map((instance) => `INSTANCE "${instance.conf.name}" ${instance.state} ${instance.priority}`),
    ...[...state.groups].map(([name, reported]) => `GROUP "${name}" ${reported} 0`),
  ];
  return lines.map((line) => ({ kind: 'fifo', line }));
}

function mail(instance: Instance, reported: ReportedState, state: VrrpState): readonly VrrpEffect[] {
  if (!instance.conf.smtp_alert || !isMailed(reported, state)) return [];
  const router = state.conf.globals.router_id;
  const faults = reported === 'FAULT' ? instance.faults : [];
  return [{ kind: 'mail', code: 'instance-state', router, instance: instance.conf.name, state: reported, faults }];
}

function isMailed(reported: ReportedState, state: VrrpState): boolean {
  if (reported === 'FAULT') return !state.conf.globals.no_email_faults;
  return reported !== 'STOP' && reported !== 'DELETED';
}

function run(script: Script | undefined, args: readonly string[]): readonly VrrpEffect[] {
  return script === undefined ? [] : [{ kind: 'run', script, args }];
}
