import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Received, VrrpEffect, VrrpEvent } from '../../../../src/agent/core/vrrp/event.ts';
import { stepVrrp } from '../../../../src/agent/core/vrrp/step.ts';
import { vrrpStatus } from '../../../../src/agent/core/vrrp/status.ts';
import { isWorded } from '../is-worded.ts';
import { effectText } from './effect-text.ts';
import { CONFS, happening, LINKS, startOf, type Happening } from './events.ts';
import { conf, link } from './sample.ts';
import { broken, World } from './world.ts';

/** The first effect that is invalid: due in the past, empty, or out of range. */
function malformed(effects: readonly VrrpEffect[], at: number): string | undefined {
  const bad = effects.find((effect) => {
    if (effect.kind === 'timer') return !Number.isFinite(effect.due) || effect.due < at;
    if (effect.kind === 'send') return effect.payload.length < 8 || effect.ttl < 0 || effect.ttl > 255;
    if (effect.kind === 'addresses' || effect.kind === 'announce')
      return effect.addresses.length === 0 || effect.interface === '';
    if (effect.kind === 'log' || effect.kind === 'mail') return !isWorded(effect);
    return false;
  });
  return bad === undefined ? undefined : effectText(bad);
}

function happen(world: World, event: Happening): void {
  const at = world.now;
  if (event.kind === 'pass')
    world.pass(at + event.ms, (due, effects) => expect(malformed(effects, due)).toBeUndefined());
  else {
    // A stray timer event does not clear the timer in the shell.
    if (event.kind === 'timer' && (world.timers.get(event.id) ?? Infinity) > at) {
      const held = world.timers.get(event.id);
      expect(malformed(world.give({ ...event, at }), at)).toBeUndefined();
      if (held !== undefined && !world.timers.has(event.id)) world.timers.set(event.id, held);
    } else expect(malformed(world.give({ ...event, at }), at)).toBeUndefined();
  }
  expect(broken(world)).toBeUndefined();
}

describe('after any events', () => {
  it('timers, addresses and groups match the states', () => {
    fc.assert(
      fc.property(fc.nat(CONFS.length - 1), fc.array(happening, { maxLength: 40 }), (index, events) => {
        const world = new World();
        world.give(startOf(index));
        expect(broken(world)).toBeUndefined();
        for (const event of events) happen(world, event);
        expect(() => JSON.stringify(vrrpStatus(world.state))).not.toThrow();
        world.give({ kind: 'stop', at: world.now });
        expect([...world.kept]).toEqual([]);
        expect([...world.timers]).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  it('effects are deterministic', () => {
    fc.assert(
      fc.property(fc.nat(CONFS.length - 1), fc.array(happening, { maxLength: 15 }), (index, events) => {
        const [one, two] = [new World(), new World()];
        const runs = [one, two].map((world) => {
          const texts = world.give(startOf(index)).map(effectText);
          for (const event of events)
            if (event.kind === 'pass')
              world.pass(world.now + event.ms, (_, some) => texts.push(...some.map(effectText)));
            else texts.push(...world.give({ ...event, at: world.now }).map(effectText));
          return texts;
        });
        expect(runs[0]).toEqual(runs[1]);
      }),
      { numRuns: 50 },
    );
  });
});

const STATES: Readonly<Record<string, (world: World) => void>> = {
  'before the start': () => {},
  'INIT, waiting for vrrp_startup_delay': (world) => {
    world.give({ kind: 'start', at: 0, conf: conf({}, { vrrp_startup_delay: 9000 }), links: LINKS });
  },
  'INIT, waiting for a process': (world) => {
    world.give(startOf(2));
  },
  BACKUP: (world) => {
    world.give(startOf(0));
  },
  MASTER: (world) => {
    world.give(startOf(0));
    world.pass(4000, () => {});
  },
  'MASTER as a sync group': (world) => {
    world.give(startOf(1));
    world.give({ kind: 'script', at: 1, name: 'chk', failed: false });
    world.pass(5000, () => {});
  },
  FAULT: (world) => {
    world.give({ ...startOf(0), links: [link({ up: false, running: false })] } as VrrpEvent);
  },
  'after stop': (world) => {
    world.give(startOf(0));
    world.give({ kind: 'stop', at: 10 });
  },
};

const KINDS = [
  'start',
  'reload',
  'stop',
  'timer',
  'received',
  'link',
  'link-gone',
  'script',
  'process',
  'file',
] as const;

describe.each(Object.entries(STATES))('%s', (_, reach) => {
  it.each(KINDS)('%s is answered', (kind) => {
    const some =
      kind === 'start' ? fc.nat(CONFS.length - 1).map(startOf) : happening.filter((one) => one.kind === kind);
    for (const event of fc.sample(some, { numRuns: 12, seed: 7 })) {
      const world = new World();
      reach(world);
      const at = world.now;
      const effects = world.give({ ...event, at } as VrrpEvent);
      expect(malformed(effects, at)).toBeUndefined();
      // A second `start` resets the state; every other event preserves the invariants.
      if (kind !== 'start' && kind !== 'timer') expect(broken(world)).toBeUndefined();
    }
  });
});

it('never mutates an earlier state', () => {
  const world = new World();
  world.give(startOf(0));
  const before = world.state;
  const expected = JSON.stringify(vrrpStatus(before));
  world.pass(20_000, () => {});
  stepVrrp(before, { kind: 'stop', at: 1 });
  expect(JSON.stringify(vrrpStatus(before))).toBe(expected);
});

it('resolves two masters of equal priority in favour of the higher address', () => {
  const worlds = ['10.0.0.1', '10.0.0.2'].map((address) => {
    const world = new World();
    const links = [link({ addresses: [{ address, prefix: 24, scope: 'global' }] })];
    world.give({ kind: 'start', at: 0, conf: conf(), links });
    return world;
  });
  const flying: { readonly to: World; readonly packet: Received }[] = [];
  const send = (from: World, at: number, effects: readonly VrrpEffect[]): void => {
    const others = worlds.filter((world) => world !== from);
    for (const effect of effects) {
      if (effect.kind !== 'send') continue;
      const packet = {
        ...effect,
        kind: 'received',
        at: at + 5,
        source: effect.source ?? '',
        hops: effect.ttl,
      } as const;
      flying.push(...others.map((to) => ({ to, packet })));
    }
  };
  const masters = () => worlds.filter(({ state }) => state.instances.get('VI_1')?.state === 'MASTER').length;
  const seen = new Map<number, number>();
  for (let at = 5; at < 20_000; at += 5) {
    for (const { to, packet } of flying.splice(0)) send(to, at, to.give({ ...packet, at }));
    for (const world of worlds) world.pass(at, (due, effects) => send(world, due, effects));
    seen.set(masters(), (seen.get(masters()) ?? 0) + 5);
  }
  expect([...seen]).toEqual([
    [0, 3605],
    [2, 5],
    [1, 16385],
  ]);
  expect(worlds[1]?.state.instances.get('VI_1')?.state).toBe('MASTER');
});
