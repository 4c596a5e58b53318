import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { fromPlain, type Plain, toPlain } from '../../../../src/agent/shell/record/plain.ts';

const leaf = fc.oneof(
  fc.string(),
  fc.boolean(),
  fc.constant(null),
  fc.double({ noNaN: false }).map((value) => (Object.is(value, -0) ? 0 : value)),
  fc.bigInt(),
  fc.uint8Array({ maxLength: 20 }),
);
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    leaf,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), tie('value'), { maxKeys: 3 }),
    fc.uniqueArray(fc.integer(), { maxLength: 3 }).map((items) => new Set(items)),
    fc.array(fc.tuple(fc.string(), tie('value')), { maxLength: 3 }).map((entries) => new Map(entries)),
  ),
}));

it('restores values from JSON', () => {
  fc.assert(
    fc.property(value, (original) => {
      const text = JSON.stringify(toPlain(original));
      expect(fromPlain(JSON.parse(text) as Plain)).toEqual(original);
    }),
  );
});

it('omits undefined properties', () => {
  expect(toPlain({ a: undefined, b: 1 })).toEqual({ b: 1 });
});

it('encodes shared references', () => {
  interface Node {
    readonly name: string;
    other?: Node;
  }
  const first: Node = { name: 'first' };
  const second: Node = { name: 'second', other: first };
  first.other = second;
  expect(toPlain(first, new Map())).toEqual({ name: 'first', other: { name: 'second', other: { $same: 0 } } });
});

it('rejects an unknown special key', () => {
  expect(() => fromPlain({ $date: 1 })).toThrow('unknown value type $date');
});
