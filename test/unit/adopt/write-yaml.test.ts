import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import type { DataMap } from '../../../src/adopt/draft.ts';
import { writeYaml } from '../../../src/adopt/write-yaml.ts';
import { plainOf } from '../../../src/inventory/node.ts';
import { parseYaml } from '../../../src/inventory/yaml.ts';

/** What an inventory has after it was written and read. */
function again(data: DataMap, notes: Parameters<typeof writeYaml>[0]['notes'] = []): unknown {
  const text = writeYaml({ data, notes }, ['A heading.']);
  const { root, diagnostics } = parseYaml('inventory.yml', text);
  expect(diagnostics).toEqual([]);
  return root === undefined ? undefined : plainOf(root);
}

const scalar = fc.oneof(
  fc.string({ maxLength: 30 }),
  fc.constantFrom(
    '',
    '~',
    'null',
    'true',
    '- a',
    'a: b',
    'a #b',
    '#a',
    "it's",
    '"q"',
    '[a',
    '{a',
    '*a',
    '&a',
    '!a',
    '|',
    '>',
    '%a',
    '@a',
    '`a',
    ' a',
    'a ',
    '0x1f',
    '---',
    'a:',
    '? a',
    '\u00a0',
    'ä',
  ),
  fc.constantFrom('lines\n  of text\n', '  lines\nof text\n', 'a\n', 'a\n\nb\n', 'a\n\n', '\ta\n', 'a\rb\n'),
);
const key = fc.stringMatching(/^[A-Za-z][\w.:-]{0,8}$/);
const { map } = fc.letrec<{ value: unknown; map: DataMap }>((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, scalar, fc.array(tie('value'), { maxLength: 4 }), tie('map')),
  map: fc.dictionary(key, tie('value'), { maxKeys: 5 }) as fc.Arbitrary<DataMap>,
}));

it('writes what an inventory reads', () => {
  fc.assert(
    fc.property(map, (data) => {
      fc.pre(Object.keys(data).length > 0);
      expect(again(data)).toEqual(data);
    }),
    { numRuns: 500 },
  );
});

it('keeps comments out of the values, whatever is in them', () => {
  const data = { a: { b: ['x', { c: 'y', d: 'z' }] }, e: 'f' };
  fc.assert(
    fc.property(fc.string(), (text) => {
      const places = [[], ['a'], ['a', 'b'], ['a', 'b', 1], ['a', 'b', 1, 'c'], ['e']];
      expect(
        again(
          data,
          places.map((at) => ({ at, text })),
        ),
      ).toEqual(data);
    }),
  );
});
