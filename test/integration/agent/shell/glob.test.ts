import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
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
  ['a name without wildcards is itself', 'conf.d/a.conf', ['conf.d/a.conf']],
  ['a file that is not there is none', 'conf.d/z.conf', []],
  [
    'a star leaves hidden files out, and the order is that of names',
    'conf.d/*.conf',
    ['conf.d/a.conf', 'conf.d/b.conf'],
  ],
  ['a dot that is written finds hidden files', 'conf.d/.*.conf', ['conf.d/.hidden.conf']],
  ['folders may have wildcards too', '*.d/?.conf', ['conf.d/a.conf', 'conf.d/b.conf', 'other.d/c.conf']],
  ['a set matches one of its letters', 'conf.d/[ac].conf', ['conf.d/a.conf']],
  ['a set that no letter is in matches nothing', 'conf.d/[z-a].conf', []],
  ['a set may be of all others', 'conf.d/[!a].conf', ['conf.d/b.conf']],
];

test.each(patterns)('%s', (_, pattern, expected) => {
  expect(glob(sys, `${folder}/${pattern}`)).toEqual(expected.map((name) => `${folder}/${name}`));
});

test('letters that mean something in a regular expression are letters', () => {
  expect(toExpression('a+b(c).conf').test('a+b(c).conf')).toBe(true);
  expect(toExpression('a.conf').test('abconf')).toBe(false);
});
