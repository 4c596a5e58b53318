import type { HealthEffect, HealthEvent } from '../../../../src/agent/core/health/event.ts';
import { initialHealth, type CheckState, type HealthState } from '../../../../src/agent/core/health/state.ts';
import { stepHealth } from '../../../../src/agent/core/health/step.ts';
import { wantedTable } from '../../../../src/agent/core/health/wanted.ts';
import { serviceKey } from '../../../../src/keepalived/ipvs/key.ts';
import { reconcile } from '../../../../src/agent/core/ipvs/reconcile.ts';
import type { Table } from '../../../../src/keepalived/ipvs/table.ts';
import type { Checker } from '../../../../src/keepalived/model/check.ts';
import type { ProbeResult } from '../../../../src/agent/core/probe/probe.ts';
import { requestAll } from '../ipvs/fake-kernel.ts';

type Seen = (at: number, effects: readonly HealthEffect[]) => void;

/** A simulated shell with a manual clock, a fake kernel and configurable probe results. */
export class World {
  state: HealthState = initialHealth();
  kernel: Table = [];
  readonly timers = new Map<string, number>();
  readonly probes = new Map<string, Checker>();
  /** Results by check id or address; the default is passing. */
  readonly answers = new Map<string, ProbeResult | 'silence'>();
  now = 0;

  give(event: HealthEvent): readonly HealthEffect[] {
    this.now = event.at;
    if (event.kind === 'timer') this.timers.delete(event.id);
    if (event.kind === 'probed') this.probes.delete(event.id);
    const step = stepHealth(this.state, event);
    this.state = step.state;
    for (const effect of step.effects) this.#obey(effect);
    return step.effects;
  }

  /** Advances the clock, firing timers when due and answering probes at once. */
  pass(until: number, seen: Seen): void {
    for (;;) {
      const [next] = [...this.timers].toSorted(([, a], [, b]) => a - b);
      if (next === undefined || next[1] > until) break;
      const [id, at] = next;
      seen(at, this.give({ kind: 'timer', at, id }));
      this.answer(at, seen);
    }
    this.now = until;
  }

  /** Answers all probes except those set to silence. */
  answer(at: number, seen: Seen): void {
    for (const [id, checker] of this.probes) {
      const result = this.#answer(id, checker);
      if (result !== 'silence') seen(at, this.give({ kind: 'probed', at, id, result }));
    }
  }

  #answer(id: string, checker: Checker): ProbeResult | 'silence' {
    const place = 'connect_ip' in checker ? checker.connect_ip : '';
    return this.answers.get(id) ?? this.answers.get(place) ?? { passed: true, weight: undefined };
  }

  #obey(effect: HealthEffect): void {
    if (effect.kind === 'timer') this.timers.set(effect.id, effect.due);
    if (effect.kind === 'cancel') this.timers.delete(effect.id);
    if (effect.kind === 'probe') this.probes.set(effect.id, effect.checker);
    if (effect.kind === 'abandon') this.probes.delete(effect.id);
    if (effect.kind === 'ipvs') this.kernel = requestAll(this.kernel, effect.changes).at(-1) ?? [];
  }
}

/** The first violated invariant, in words. */
export function broken({ state, kernel, timers, probes }: World): string | undefined {
  const wanted = wantedTable(state);
  const ours = new Set(wanted.map(({ id }) => serviceKey(id)));
  const table = kernel.filter(({ id }) => ours.has(serviceKey(id)));
  const [difference] = reconcile(table, wanted, { foreign: 'remove', owned: [] });
  if (difference !== undefined) return `the table lacks ${JSON.stringify(difference)}`;
  if (kernel.some(({ destinations }) => destinations.some(({ weight }) => weight < 0))) return 'a weight is below 0';
  for (const virtual of state.virtuals.values()) {
    const live = [...virtual.reals.values()].filter(({ alive }) => alive);
    const sum = live.reduce((weight, real) => weight + real.weight, 0);
    if (sum !== virtual.liveWeight) return `${virtual.name} has liveWeight ${virtual.liveWeight} instead of ${sum}`;
    for (const real of virtual.reals.values()) {
      if (real.alive !== real.checks.every(({ up }) => up)) return `${real.name} is ${real.alive ? 'alive' : 'dead'}`;
      const isPlaced = ({ id }: CheckState) => {
        const place = state.places.get(id);
        return place?.virtual === virtual.key && place.real === real.key;
      };
      if (!real.checks.every(isPlaced)) return `${real.name} has a misplaced checker`;
    }
  }
  const checks = [...state.virtuals.values()].flatMap(({ reals }) =>
    Array.from(reals.values(), (real) => real.checks).flat(),
  );
  if (state.places.size !== checks.length) return 'a place has no checker';
  for (const { id, activity, checker } of checks) {
    const waits = timers.has(id) ? 'waiting' : probes.has(id) ? 'probing' : 'resting';
    if (waits !== activity && checker.kind !== 'FILE_CHECK')
      return `${id} is ${activity} in the state but ${waits} in the shell`;
  }
  for (const id of [...timers.keys(), ...probes.keys()]) if (!state.places.has(id)) return `${id} is orphaned`;
  return undefined;
}

/** For example `[192.0.2.10]:tcp:80 UP: 192.0.2.1 1, (192.0.2.2 1)`; real servers in brackets are down. */
export function stateText({ state }: World): string {
  return [...state.virtuals.values()]
    .map((virtual) => {
      const reals = [...virtual.reals.values()].map(({ conf, alive, weight }) => {
        const text = `${conf.address} ${weight}`;
        return alive ? text : `(${text})`;
      });
      return `${virtual.name} ${virtual.quorumUp ? 'UP' : 'DOWN'}: ${reals.join(', ')}`;
    })
    .join('; ');
}
