import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readInventory } from '../../../src/inventory/read.ts';
import { processEnvironment } from '../../../src/inventory/source.ts';
import { readDirectives } from '../../../src/keepalived/read-directives.ts';
import { type Entry, type Statement, textOf } from '../../../src/keepalived/write.ts';
import { confOf, renderEntries, renderKeepalived } from '../../../src/render/keepalived.ts';

const fixtures = fileURLToPath(new URL('../../fixtures/inventories/', import.meta.url));
const ENV = { configId: undefined, hostname: 'dr1', tls: true };

const word = fc.stringMatching(/^[a-z][a-z0-9_.:/-]{0,8}$/).filter((text) => text !== 'include');
const { entries } = fc.letrec<{ entries: Entry[]; entry: Entry }>((tie) => ({
  entries: fc.array(tie('entry'), { maxLength: 4 }),
  entry: fc.oneof(
    { depthSize: 'small' },
    fc.record({ keyword: word, words: fc.array(word, { maxLength: 3 }) }),
    fc.record({ keyword: word, words: fc.array(word, { maxLength: 2 }), block: tie('entries') }),
    fc.record({ comment: fc.constantFrom('', 'a remark', '{ in braces }') }),
    fc.record({ raw: fc.array(fc.constantFrom('garp_master_delay 5', '  alpha', ''), { minLength: 1, maxLength: 3 }) }),
  ),
}));

/** Statements as a reader sees them: comments are gone, raw lines are statements. */
function statementsOf(all: readonly Entry[]): readonly unknown[] {
  return all.flatMap((entry): readonly unknown[] => {
    if ('comment' in entry) return [];
    if ('raw' in entry)
      return entry.raw.flatMap((line) => {
        const [keyword = '', ...words] = line.trim().split(' ');
        return keyword === '' ? [] : [{ keyword, words }];
      });
    const { keyword, words, block }: Statement = entry;
    return [{ keyword, words, ...(block !== undefined && { block: statementsOf(block) }) }];
  });
}

function plain({ keyword, words, block }: Statement): unknown {
  return { keyword, words, ...(block !== undefined && { block: block.map((one) => plain(one as Statement)) }) };
}

describe('the entries of keepalived.conf', () => {
  it('are laid out by the template as the writer writes them', () => {
    fc.assert(
      fc.property(entries, (all) => {
        expect(renderEntries(all)).toBe(textOf(all));
      }),
    );
  });

  it('are read again as they were', () => {
    fc.assert(
      fc.property(entries, (all) => {
        const name = 'keepalived.conf';
        const text = renderEntries(all);
        const { directives } = readDirectives({ main: name, read: () => [{ name, text }] }, ENV, {});
        expect(directives.map(plain)).toEqual(statementsOf(all));
      }),
    );
  });

  it.each(readdirSync(fixtures))('of %s are the file', async (file) => {
    const { cluster } = await readInventory([`${fixtures}${file}`], processEnvironment());
    expect(cluster?.directors.length).toBeGreaterThan(0);
    for (const director of cluster?.directors ?? []) {
      if (cluster === undefined) continue;
      const text = renderKeepalived(cluster, director, () => 'eth0');
      expect(text).toBe(textOf(confOf(cluster, director, () => 'eth0')));
    }
  });
});
