import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { parseSync } from 'oxc-parser';
import { analyse } from 'scslre';
import { expect, it } from 'vitest';

const SOURCES = path.join(import.meta.dirname, '../../../src');

interface Pattern {
  readonly source: string;
  readonly flags: string;
}

function patternsIn(text: string): readonly Pattern[] {
  const found: Pattern[] = [];
  JSON.stringify(
    parseSync('file.ts', text).program,
    (_key, node: { regex?: { pattern: string; flags: string } } | bigint) => {
      if (typeof node === 'bigint') return undefined;
      if (node?.regex !== undefined) found.push({ source: node.regex.pattern, flags: node.regex.flags });
      return node;
    },
  );
  return found;
}

const isSlow = (pattern: Pattern): boolean => analyse(pattern, { maxReports: 1 }).reports.length > 0;

it.each(['\\s+$', '^a*(.*)a*$', '(a+)+b'])('identifies the backtracking of /%s/', (source) => {
  expect(isSlow({ source, flags: '' })).toBe(true);
});

// What is read comes from hosts, from web servers and from files of others.
it('contains no pattern whose time grows faster than the text', () => {
  const files = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
  const slow = files.flatMap((file) =>
    patternsIn(readFileSync(path.join(SOURCES, file), 'utf8'))
      .filter(isSlow)
      .map(({ source }) => `${file}: ${source}`),
  );
  expect(slow).toEqual([]);
}, 30_000);
