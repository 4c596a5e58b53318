import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GLOBAL_DEFS } from '../../../src/keepalived/keywords/globals.ts';
import { REAL_SERVER, URL, VIRTUAL_SERVER } from '../../../src/keepalived/keywords/check.ts';
import { TOP } from '../../../src/keepalived/keywords/top.ts';
import { VRRP_INSTANCE, VRRP_SYNC_GROUP } from '../../../src/keepalived/keywords/vrrp.ts';
import { configTestReport } from '../../../src/keepalived/config-test.ts';
import { preventsStart } from '../../../src/keepalived/diagnostic.ts';
import { read } from './read.ts';

const CORPUS = path.resolve(import.meta.dirname, '../../fixtures/keepalived/corpus');
/** Reading it a thousand times would prove nothing more. */
const LARGE = 'a-configuration-of-60000-lines.conf';
const texts = ['good', 'broken', 'refused'].flatMap((kind) =>
  readdirSync(path.join(CORPUS, kind))
    .filter((file) => file !== LARGE)
    .map((file) => readFileSync(path.join(CORPUS, kind, file), 'utf8')),
);

/** Reads any text, and holds what is promised of any text: it ends soon, says where, and gives a model or a reason. */
function holds(text: string): void {
  const started = process.cpuUsage();
  const { conf, diagnostics, files } = read(text, { configId: 'main' });
  const wrong = diagnostics.some(preventsStart);
  expect(conf === undefined).toBe(wrong);
  const lines = text.split(/\r?\n/);
  for (const { position } of diagnostics) {
    expect(files).toContain(position.file);
    expect(position.line).toBeGreaterThanOrEqual(1);
    expect(position.line).toBeLessThanOrEqual(lines.length);
    expect(position.column).toBeGreaterThanOrEqual(1);
    expect(position.column).toBeLessThanOrEqual((lines[position.line - 1] ?? '').length + 1);
  }
  for (const { text: line } of configTestReport(diagnostics).lines) expect(line).not.toMatch(/[\x00-\x1f\x7f]/);
  expect(process.cpuUsage(started).user).toBeLessThan(5_000_000);
}

const keywords = [TOP, GLOBAL_DEFS, VRRP_INSTANCE, VRRP_SYNC_GROUP, VIRTUAL_SERVER, REAL_SERVER, URL].flatMap(
  Object.keys,
);
const TOKENS = [
  '{',
  '}',
  '\n',
  '\n',
  ' ',
  '"',
  "'",
  '\\',
  '\\\n',
  '#',
  '!',
  '@main ',
  '@^main ',
  '$A=',
  '$A',
  '${A}',
  '${_PWD}',
  '~SEQ(A, 1, 9) ',
  '~SEQx(A,1,-1,-20)',
  '~LST(A, 1, 2) ',
  '~LST({A,B},{1,2}) ',
  '~SEQ(',
  ')',
  ',',
  '$B= \\\n',
  '$B',
  '${_RANDOM 1 2}',
  'include ',
  'includea x',
  '192.0.2.1',
  'fd00::1',
  '/24',
  '80',
  '-5',
  '0.5',
  '99999999999999999999',
  'on',
  'root',
  '\r',
  '\t',
  '\u0000',
  'é',
];

describe('any text is read to its end', () => {
  it('characters', () => {
    fc.assert(fc.property(fc.string({ maxLength: 200, unit: 'binary' }), holds), { numRuns: 500 });
  });

  it('random words', () => {
    const token = fc.oneof(
      fc.constantFrom(...TOKENS),
      fc.constantFrom(...keywords).map((word) => `${word} `),
    );
    fc.assert(
      fc.property(fc.array(token, { maxLength: 60 }), (tokens) => holds(tokens.join(''))),
      { numRuns: 1000 },
    );
  });

  it('statements in blocks', () => {
    const statement = fc
      .tuple(
        fc.constantFrom(...keywords),
        fc.array(fc.constantFrom('a', '80', '192.0.2.1', 'TCP', '"x y"', '-1', '~', '$A'), { maxLength: 3 }),
      )
      .map(([word, args]) => [word, ...args].join(' '));
    const { tree } = fc.letrec<{ tree: string }>((tie) => ({
      tree: fc.oneof(
        { depthSize: 'small' },
        statement,
        fc
          .tuple(statement, fc.array(tie('tree'), { maxLength: 5 }))
          .map(([head, inner]) => `${head} {\n${inner.join('\n')}\n}`),
      ),
    }));
    fc.assert(
      fc.property(
        fc.array(tree, { maxLength: 6 }).map((parts) => parts.join('\n')),
        holds,
      ),
      { numRuns: 500 },
    );
  });

  it('the corpus with lines and characters removed, doubled and swapped', () => {
    const mutation = fc.record({
      text: fc.constantFrom(...texts),
      kind: fc.constantFrom('cut', 'double', 'insert', 'line'),
      at: fc.nat(10_000),
      length: fc.nat(40),
      token: fc.constantFrom(...TOKENS),
    });
    fc.assert(
      fc.property(mutation, ({ text, kind, at, length, token }) => {
        const from = at % (text.length + 1);
        const [before, part, after] = [text.slice(0, from), text.slice(from, from + length), text.slice(from + length)];
        const lines = text.split('\n');
        if (kind === 'cut') holds(before + after);
        else if (kind === 'double') holds(before + part + part + after);
        else if (kind === 'insert') holds(before + token + part + after);
        else holds(lines.toSpliced(at % lines.length, 1).join('\n'));
      }),
      { numRuns: 1000 },
    );
  });

  it('every file of the corpus twice over', () => {
    for (const text of texts) holds(`${text}\n${text}`);
  });
});
