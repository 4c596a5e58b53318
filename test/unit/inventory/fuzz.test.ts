import * as fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { originRows } from '../../../src/inventory/origins.ts';
import { readInventory } from '../../../src/inventory/read.ts';
import { filesOfAll } from '../../../src/render/files.ts';
import { read, world } from './reading.ts';

const full = readFileSync(fileURLToPath(new URL('../../fixtures/inventories/full.yml', import.meta.url)), 'utf8');

/** Words that an inventory is made of, and some that it is not. */
const word = fc.constantFrom(
  ...new Set(full.match(/[A-Za-z_]+|[0-9./]+|[[\]{}:,|&*!#"'-]+/g)),
  '__proto__',
  'constructor',
  '~',
  '<<',
  '*x',
  '&x',
  '!!map',
  'fe80::1',
  '0',
  '-1',
  '\t',
  '\u0000',
  '\u2028',
  '\uFEFF',
);

/** Any value that YAML can hold, with keys that the schema knows at some level. */
const key = fc.constantFrom(...new Set(full.match(/[a-z_]+(?=:)/g)), 'x', '__proto__', 'toString');
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom(
      '192.168.168.12',
      '192.168.168.100',
      '10.0.0.1/8',
      '80',
      'rr',
      'MASTER',
      'yes',
      'local',
      '',
      null,
      'a b',
      '{',
    ),
    fc.string({ maxLength: 12 }),
    fc.integer(),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(key, tie('value'), { maxKeys: 5 }),
  ),
}));

async function isTotal(text: string): Promise<void> {
  const reading = await read(text);
  const errors = reading.diagnostics.filter(({ severity }) => severity === 'error');
  expect(reading.cluster === undefined).toBe(errors.length > 0);
  for (const { what, file } of reading.diagnostics) {
    expect(what).toMatch(/\.$/);
    expect(file).toBe('a.yml');
  }
  originRows(reading.origins);
  if (reading.cluster !== undefined) filesOfAll(reading.cluster, () => ({ interfaceOf: () => undefined }));
}

describe('no input makes reading throw or hang', { timeout: 60_000 }, () => {
  it('not a text of any characters', async () => {
    await fc.assert(fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 200 }), isTotal), { numRuns: 300 });
  });

  it('not a text of its own words in any order', async () => {
    const text = fc.array(fc.tuple(word, fc.constantFrom(' ', '\n', '\n  ', ': ', '')), { maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(
        text.map((parts) => parts.flat().join('')),
        isTotal,
      ),
      { numRuns: 500 },
    );
  });

  it('not a value of any shape', async () => {
    const text = fc.dictionary(key, value, { maxKeys: 8 }).map((inventory) => JSON.stringify(inventory));
    await fc.assert(fc.asyncProperty(text, isTotal), { numRuns: 500 });
  });

  it('not a whole inventory with some characters changed', async () => {
    const changes = fc.array(fc.tuple(fc.nat({ max: full.length - 1 }), fc.nat({ max: 3 }), word), {
      minLength: 1,
      maxLength: 4,
    });
    const text = changes.map((all) =>
      all.reduce((before, [at, length, instead]) => before.slice(0, at) + instead + before.slice(at + length), full),
    );
    await fc.assert(fc.asyncProperty(text, isTotal), { numRuns: 150 });
  });

  it('not any bytes', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 100 }), async (bytes) => {
        const { cluster } = await readInventory(['a.yml'], world({ files: { '/home/ops/a.yml': bytes } }));
        expect(cluster).toBeUndefined();
      }),
    );
  });
});
