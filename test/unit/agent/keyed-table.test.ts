import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { KeyedTable } from '../../../src/agent/core/keyed-table.ts';

it('behaves like a Map and never mutates an earlier table', () => {
  const changes = fc.array(fc.tuple(fc.nat(79), fc.nat()));
  fc.assert(
    fc.property(fc.nat(70), changes, (size, list) => {
      const first = Array.from({ length: size }, (_, index) => ({ key: `V${index}`, value: 0 }));
      const expected = new Map(first.map((one) => [one.key, one]));
      const initial = KeyedTable.of(first, ({ key }) => key);
      let table = initial;
      for (const [index, value] of list) {
        const next = { key: `V${index}`, value };
        table = table.with(next.key, next);
        if (expected.has(next.key)) expected.set(next.key, next);
      }
      expect(table.size).toBe(expected.size);
      expect([...table]).toEqual([...expected]);
      expect([...table.keys()]).toEqual([...expected.keys()]);
      for (const index of [0, 15, 16, 17, 79]) expect(table.get(`V${index}`)).toBe(expected.get(`V${index}`));
      expect([...initial.values()]).toEqual(first);
    }),
  );
});
