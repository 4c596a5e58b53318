import type { Script } from '../../../keepalived/model.ts';
import type { Notify } from '../../../keepalived/model-vrrp.ts';
import type { VrrpEffect } from './event.ts';
import type { Instance, VrrpState } from './state.ts';
import type { Move } from './walk.ts';

/** States that notify scripts and FIFOs are told of. */
export type Told = 'MASTER' | 'BACKUP' | 'FAULT' | 'STOP' | 'DELETED';

const OWN_SCRIPT = {
  MASTER: 'notify_master',
  BACKUP: 'notify_backup',
  FAULT: 'notify_fault',
  STOP: 'notify_stop',
  DELETED: 'notify_deleted',
} as const satisfies Record<Told, keyof Notify>;

/** The script of a state first, then `notify`, then the FIFOs, then mail. A group has priority 0 there. */
export function notifications(
  notify: Notify,
  what: 'INSTANCE' | 'GROUP',
  name: string,
  told: Told,
  priority: number,
): readonly VrrpEffect[] {
  return [...run(notify[OWN_SCRIPT[told]], []), ...toAll(notify, what, name, told, priority)];
}

function toAll(
  notify: Notify,
  what: 'INSTANCE' | 'GROUP',
  name: string,
  told: Told,
  priority: number,
): readonly VrrpEffect[] {
  return [
    ...run(notify.notify, [what, name, told, String(priority)]),
    { kind: 'fifo', line: `${what} "${name}" ${told} ${priority}` },
  ];
}

/** Tells the world that an instance is in another state. */
export function tell(told: Told): Move {
  return (instance, state) => ({
    state: instance,
    effects: [
      { kind: 'became', instance: instance.conf.name, state: told },
      ...notifications(instance.conf.notify, 'INSTANCE', instance.conf.name, told, instance.priority),
      ...mail(instance, told, state),
    ],
  });
}

/** An instance is no longer in the file. Without notify_deleted that is FAULT, but no notify_fault runs. */
export function tellDeleted({ conf: { name, notify, deleted_as }, priority }: Instance): readonly VrrpEffect[] {
  return [
    { kind: 'became', instance: name, state: 'DELETED' },
    ...run(notify.notify_deleted, []),
    ...toAll(notify, 'INSTANCE', name, deleted_as, priority),
  ];
}

/** A master heard an advert of lower priority: somebody may have moved what the notify scripts take care of. */
export function tellLowerPriority(instance: Instance): readonly VrrpEffect[] {
  const { notify, name } = instance.conf;
  return [
    ...run(notify.notify_master_rx_lower_pri, []),
    { kind: 'fifo', line: `INSTANCE "${name}" MASTER_RX_LOWER_PRI ${instance.priority}` },
  ];
}

export function groupMail(name: string, told: Told, state: VrrpState): readonly VrrpEffect[] {
  if (!isMailed(told, state)) return [];
  const subject = `[${state.conf.globals.router_id}] VRRP group ${name} is ${told}`;
  return [{ kind: 'mail', subject, body: MEANING[told].replace('instance', 'group') }];
}

/** notify_priority_changes: who reads a FIFO learns the priority while the state stays. */
export function tellPriority({ conf, state, priority }: Instance): readonly VrrpEffect[] {
  if (!conf.notify_priority_changes || (state !== 'MASTER' && state !== 'BACKUP')) return [];
  return [{ kind: 'fifo', line: `INSTANCE "${conf.name}" ${state}_PRIORITY ${priority}` }];
}

/** fifo_write_vrrp_states_on_reload: what everything is, for a reader that came late. */
export function tellStates(state: VrrpState): readonly VrrpEffect[] {
  if (!state.conf.globals.fifo_write_vrrp_states_on_reload) return [];
  const lines = [
    ...[...state.instances.values()]
      .filter((instance) => instance.state !== 'INIT')
      .map((instance) => `INSTANCE "${instance.conf.name}" ${instance.state} ${instance.priority}`),
    ...[...state.groups].map(([name, told]) => `GROUP "${name}" ${told} 0`),
  ];
  return lines.map((line) => ({ kind: 'fifo', line }));
}

const MEANING: Readonly<Record<Told, string>> = {
  MASTER: 'The instance keeps its virtual addresses on this host now.',
  BACKUP: 'The instance stands by: its virtual addresses are not kept on this host.',
  FAULT: 'The instance cannot take its virtual addresses: something that it depends on has failed.',
  STOP: 'The instance was stopped.',
  DELETED: 'The instance is no longer configured.',
};

function mail(instance: Instance, told: Told, state: VrrpState): readonly VrrpEffect[] {
  if (!instance.conf.smtp_alert || !isMailed(told, state)) return [];
  const { name } = instance.conf;
  const why = told === 'FAULT' ? `\n\n${instance.faults.join('\n')}` : '';
  const subject = `[${state.conf.globals.router_id}] VRRP instance ${name} is ${told}`;
  return [{ kind: 'mail', subject, body: `${MEANING[told]}${why}` }];
}

function isMailed(told: Told, state: VrrpState): boolean {
  if (told === 'FAULT') return !state.conf.globals.no_email_faults;
  return told !== 'STOP' && told !== 'DELETED';
}

function run(script: Script | undefined, args: readonly string[]): readonly VrrpEffect[] {
  return script === undefined ? [] : [{ kind: 'run', script, args }];
}
