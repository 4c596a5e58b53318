import type { VrrpEffect, VrrpEvent } from '../../../../src/agent/core/vrrp/event.ts';
import { deviceOf, keptAddresses } from '../../../../src/agent/core/vrrp/addresses.ts';
import type { VrrpState } from '../../../../src/agent/core/vrrp/state.ts';
import { initialVrrp, stepVrrp } from '../../../../src/agent/core/vrrp/step.ts';

/** A simulated shell that records timers and addresses. */
export class World {
  state: VrrpState = initialVrrp();
  readonly timers = new Map<string, number>();
  readonly kept = new Set<string>();
  now = 0;

  give(event: VrrpEvent): readonly VrrpEffect[] {
    this.now = event.at;
    if (event.kind === 'timer') this.timers.delete(event.id);
    const step = stepVrrp(this.state, event);
    this.state = step.state;
    for (const effect of step.effects) this.#obey(effect);
    return step.effects;
  }

  /** Advances the clock, firing timers when due. */
  pass(until: number, seen: (at: number, effects: readonly VrrpEffect[]) => void): void {
    for (;;) {
      const [next] = [...this.timers].sort(([, a], [, b]) => a - b);
      if (next === undefined || next[1] > until) break;
      const [id, at] = next;
      seen(at, this.give({ kind: 'timer', at, id }));
    }
    this.now = until;
  }

  #obey(effect: VrrpEffect): void {
    if (effect.kind === 'timer') this.timers.set(effect.id, effect.due);
    if (effect.kind === 'cancel') this.timers.delete(effect.id);
    if (effect.kind !== 'addresses') return;
    for (const { address, prefix } of effect.addresses) {
      const key = `${effect.interface} ${address}/${prefix}`;
      if (effect.change === 'add') this.kept.add(key);
      else this.kept.delete(key);
    }
  }
}

/** The first violated invariant, in words. */
export function broken(world: World): string | undefined {
  const { state, timers, kept } = world;
  const wanted = new Set<string>();
  for (const { dev, address, prefix } of state.phase === 'running' || state.phase === 'waiting'
    ? state.conf.static_ipaddress
    : [])
    wanted.add(`${dev} ${address}/${prefix}`);
  for (const [name, instance] of state.instances) {
    const is = instance.state;
    for (const [kind, due] of Object.entries(instance.timers)) {
      const id = `${kind}:${name}`;
      if (timers.get(id) !== due) return `timer ${id} runs until ${String(timers.get(id))}, not ${String(due)}`;
      if (due !== undefined && is !== (kind === 'down' ? 'BACKUP' : 'MASTER')) return `${name} is ${is} and has ${id}`;
    }
    if (is === 'MASTER' && instance.timers.advert === undefined) return `${name} is MASTER and will not advertise`;
    if (is === 'BACKUP' && instance.timers.down === undefined) return `${name} is BACKUP and will never take over`;
    if (is === 'FAULT' && instance.faults.length === 0) return `${name} is in FAULT for no reason`;
    if (instance.priority < 1 || instance.priority > 255) return `${name} has priority ${instance.priority}`;
    if (is !== 'MASTER') continue;
    for (const address of keptAddresses(instance))
      wanted.add(`${deviceOf(address, instance.conf)} ${address.address}/${address.prefix}`);
  }
  const others = new Map<string, number | undefined>([
    ...[...state.scripts].map(([name, { due }]) => [`script:${name}`, due] as const),
    ...[...state.processes].map(([name, { due }]) => [`process:${name}`, due] as const),
  ]);
  for (const [id, due] of others)
    if (timers.get(id) !== due) return `timer ${id} runs until ${String(timers.get(id))}, not ${String(due)}`;
  for (const id of timers.keys()) {
    const [, name = ''] = id.split(':');
    const isExpected = others.has(id) || state.instances.has(name) || (id === 'startup:' && state.phase === 'waiting');
    if (!isExpected) return `timer ${id} is orphaned`;
  }
  for (const key of wanted) if (!kept.has(key)) return `${key} is not kept`;
  for (const key of kept) if (!wanted.has(key)) return `${key} is orphaned`;
  for (const { name, group } of state.conf.vrrp_sync_group) {
    const states = new Set(group.flatMap((member) => state.instances.get(member)?.state ?? []));
    if (states.size > 1) return `group ${name} is ${[...states].join(' and ')}`;
  }
  return undefined;
}
