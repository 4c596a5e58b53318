import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { InstanceTable, newInstance } from '../../../../src/agent/core/vrrp/state.ts';
import { instance } from './sample.ts';

const named = (name: string, priority = 100) => newInstance(instance({ name, priority }), 0, []);

test('behaves like a Map and never mutates an earlier table', () => {
  const changes = fc.array(fc.tuple(fc.nat(79), fc.integer({ min: 1, max: 254 })));
  fc.assert(
    fc.property(fc.nat(70), changes, (size, list) => {
      const first = Array.from({ length: size }, (_, index) => named(`V${index}`));
      const expected = new Map(first.map((one) => [one.conf.name, one]));
      const initial = InstanceTable.of(first);
      let table = initial;
      for (const [index, priority] of list) {
        const next = named(`V${index}`, priority);
        table = table.with(next);
        if (expected.has(next.conf.name)) expected.set(next.conf.name, next);
      }
      expect(table.size).toBe(expected.size);
      expect([...table]).toEqual([...expected]);
      expect([...table.keys()]).toEqual([...expected.keys()]);
      for (const index of [0, 15, 16, 17, 79]) expect(table.get(`V${index}`)).toBe(expected.get(`V${index}`));
      expect([...initial.values()]).toEqual(first);
    }),
  );
});
