import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { nodeSys } from '../../../../src/agent/host-node/node-sys.ts';
import { glob, toExpression } from '../../../../src/agent/shell/sys/glob.ts';

const sys = nodeSys([]);
let folder = '';

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'lvs-agent-glob-'));
  for (const name of ['conf.d', 'other.d']) mkdirSync(path.join(folder, name));
  for (const name of ['conf.d/b.conf', 'conf.d/a.conf', 'conf.d/.hidden.conf', 'conf.d/a.txt', 'other.d/c.conf'])
    writeFileSync(path.join(folder, name), '');
});

afterAll(() => rmSync(folder, { recursive: true }));

const patterns: readonly (readonly [string, string, readonly string[]])[] = [
  ['returns a name without wildcards', 'conf.d/a.conf', ['conf.d/a.conf']],
  ['omits a missing file', 'conf.d/z.conf', []],
  ['skips hidden files and sorts by name', 'conf.d/*.conf', ['conf.d/a.conf', 'conf.d/b.conf']],
  ['finds hidden files with a literal dot', 'conf.d/.*.conf', ['conf.d/.hidden.conf']],
  ['supports wildcards in folders', '*.d/?.conf', ['conf.d/a.conf', 'conf.d/b.conf', 'other.d/c.conf']],
  ['supports sets', 'conf.d/[ac].conf', ['conf.d/a.conf']],
  ['matches nothing with an invalid range', 'conf.d/[z-a].conf', []],
  ['supports negated sets', 'conf.d/[!a].conf', ['conf.d/b.conf']],
];

it.each(patterns)('%s', (_, pattern, expected) => {
  expect(glob(sys, `${folder}/${pattern}`)).toEqual(expected.map((name) => `${folder}/${name}`));
});

it('escapes regular expression characters', () => {
  expect(toExpression('a+b(c).conf').test('a+b(c).conf')).toBe(true);
  expect(toExpression('a.conf').test('abconf')).toBe(false);
});
