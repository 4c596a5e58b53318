import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { HealthState } from '../../../../src/agent/core/health/state.ts';
import { toPlain } from '../../../../src/agent/shell/record/plain.ts';
import type { HealthEffect } from '../../../../src/agent/core/health/event.ts';
import type { Checker, RealServer, VirtualServer } from '../../../../src/keepalived/model/check.ts';
import type { ProbeResult } from '../../../../src/agent/core/probe/probe.ts';
import { checkConf, checker, realServer, virtualServer } from './make-conf.ts';
import { isWorded } from '../is-worded.ts';
import { broken, World } from './world.ts';

const FILE = '/run/drain';

const checkers: fc.Arbitrary<Partial<Checker>> = fc.oneof(
  fc.record({ retry: fc.nat(2), alpha: fc.boolean(), warmup: fc.constantFrom(0, 5000) }),
  fc.constant({ kind: 'MISC_CHECK', misc_dynamic: true, retry: 0 } as const),
  fc.record({
    kind: fc.constant('FILE_CHECK' as const),
    file: fc.constant(FILE),
    weight: fc.integer({ min: -2, max: 2 }),
  }),
);

const reals: fc.Arbitrary<RealServer> = fc
  .record({
    last: fc.integer({ min: 1, max: 4 }),
    weight: fc.nat(3),
    inhibit_on_failure: fc.boolean(),
    lb_kind: fc.constantFrom('DR', 'NAT'),
    port: fc.constantFrom(80, 81),
    checkers: fc.array(checkers, { maxLength: 2 }),
  })
  .map(({ last, checkers, ...fields }) => {
    const real = realServer({ ...fields, address: `192.0.2.${last}` });
    return { ...real, checkers: checkers.map((fields) => checker(fields, real)) };
  });

const virtuals: fc.Arbitrary<VirtualServer> = fc
  .record({
    last: fc.integer({ min: 10, max: 11 }),
    lb_algo: fc.constantFrom('rr', 'wrr'),
    quorum: fc.integer({ min: 1, max: 4 }),
    hysteresis: fc.nat(2),
    ha_suspend: fc.boolean(),
    omega: fc.boolean(),
    sorry: fc.option(fc.integer({ min: 4, max: 5 })),
    sorry_server_inhibit: fc.boolean(),
    real_server: fc.array(reals, { maxLength: 5 }),
  })
  .map(({ last, sorry, ...fields }) =>
    virtualServer({
      ...fields,
      target: { kind: 'address', address: `192.0.2.${last}`, last: undefined, port: 80 },
      sorry_server:
        sorry === null ? undefined : { address: `192.0.2.${sorry}`, port: 80, lb_kind: 'DR', tunnel: undefined },
    }),
  );

const confs = fc.array(virtuals, { maxLength: 2 }).map((list) => checkConf(...oneKindEach(list)));

const results: fc.Arbitrary<ProbeResult> = fc.oneof(
  fc.record({ passed: fc.constant(true as const), weight: fc.constantFrom(undefined, 0, 1, 9, 253) }),
  fc.constant({ passed: false as const, reason: 'connection refused' }),
);

const happenings = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('pass' as const), time: fc.nat(9000) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('answers' as const),
      last: fc.integer({ min: 1, max: 4 }),
      result: fc.oneof(results, fc.constant('silence' as const)),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('file' as const),
      value: fc.constantFrom(undefined, 0, 1, 3, -9, -2_147_483_648),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('address' as const),
      last: fc.integer({ min: 10, max: 11 }),
      present: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('reload' as const), conf: confs }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('stray' as const), number: fc.nat(20), result: results }) },
);

type Happening = typeof happenings extends fc.Arbitrary<infer T> ? T : never;

const days = fc.record({ conf: confs, seed: fc.nat(), list: fc.array(happenings, { maxLength: 25 }) });

it('keeps the kernel table and counters consistent with the state', () => {
  fc.assert(
    fc.property(days, (day) => {
      live(day, (world) => expect(broken(world)).toBeUndefined());
    }),
    { numRuns: 300 },
  );
});

it('words every log entry and mail', () => {
  fc.assert(
    fc.property(days, (day) => {
      const effects = live(day, () => undefined).flat();
      const spoken = effects.filter((effect) => effect.kind === 'log' || effect.kind === 'mail');
      expect(spoken.find((effect) => !isWorded(effect))).toBeUndefined();
    }),
  );
});

it('never mutates an earlier state', () => {
  fc.assert(
    fc.property(days, (day) => {
      const states: (readonly [HealthState, string])[] = [];
      live(day, ({ state }) => states.push([state, JSON.stringify(toPlain(state))]));
      for (const [state, text] of states) expect(JSON.stringify(toPlain(state))).toBe(text);
    }),
    { numRuns: 50 },
  );
});

it('is deterministic', () => {
  fc.assert(
    fc.property(days, (day) => {
      expect(live(day, () => undefined)).toEqual(live(day, () => undefined));
    }),
  );
});

it('leaves no services, timers or probes after stop', () => {
  fc.assert(
    fc.property(days, fc.constantFrom('no', 'VS', 'all'), (day, flush) => {
      let last = new World();
      live(day, (world) => (last = world));
      last.give({ kind: 'stop', at: last.now, flush, kernel: last.kernel });
      expect(last.kernel).toEqual([]);
      expect([...last.timers.keys(), ...last.probes.keys()]).toEqual([]);
    }),
  );
});

function live(
  day: { conf: ReturnType<typeof checkConf>; seed: number; list: readonly Happening[] },
  inspect: (world: World) => void,
) {
  const world = new World();
  const seen: (readonly HealthEffect[])[] = [];
  seen.push(world.give({ kind: 'start', at: 0, conf: day.conf, kernel: [], seed: day.seed, flush: false }));
  inspect(world);
  for (const happening of day.list) {
    happen(world, happening, (_, effects) => seen.push(effects));
    inspect(world);
  }
  return seen;
}

function happen(world: World, what: Happening, seen: (at: number, effects: readonly HealthEffect[]) => void): void {
  const at = world.now;
  switch (what.kind) {
    case 'pass':
      return world.pass(at + what.time, seen);
    case 'answers':
      world.answers.set(`192.0.2.${what.last}`, what.result);
      return world.answer(at, seen);
    case 'file':
      return seen(at, world.give({ kind: 'file', at, file: FILE, value: what.value }));
    case 'address':
      return seen(at, world.give({ kind: 'address', at, address: `192.0.2.${what.last}`, present: what.present }));
    case 'reload':
      return seen(at, world.give({ kind: 'reload', at, conf: what.conf, kernel: world.kernel }));
    case 'stray': {
      // The result of an abandoned probe must be ignored.
      const id = `TCP_CHECK ${what.number}`;
      if (!world.probes.has(id)) expect(world.give({ kind: 'probed', at, id, result: what.result })).toEqual([]);
    }
  }
}

/** Restricts each address to one forwarding method; with several, the kernel would merge two real servers. */
function oneKindEach(list: readonly VirtualServer[]): readonly VirtualServer[] {
  return list.map((virtual) => {
    const kinds = new Map(virtual.sorry_server === undefined ? [] : [[virtual.sorry_server.address, 'DR' as const]]);
    return {
      ...virtual,
      real_server: virtual.real_server.filter(({ address, lb_kind }) => {
        const kind = kinds.get(address) ?? lb_kind;
        kinds.set(address, kind as 'DR');
        return kind === lb_kind;
      }),
    };
  });
}
