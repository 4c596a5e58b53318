import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { ROOT } from '../support/lab.ts';
import { command } from '../support/router.ts';

// What the program that is pushed says of a configuration is what the one on Node says. Where compilers are not to be
// had, and in every unit test, Node judges; on a director it is QuickJS, with its own regular expressions and numbers.

const CORPUS = path.join(ROOT, 'test/fixtures/keepalived/corpus');
const SAMPLES = '/usr/share/doc/keepalived/samples';

/** The static program has a TLS client of its own. The one on Node has none, so that it refuses SSL_GET; no more. */
const WANT_TLS: readonly string[] = [
  'tls-without-tls.conf',
  'keepalived.conf.HTTP_GET.port',
  'keepalived.conf.SSL_GET',
  'keepalived.conf.status_code',
  'keepalived.conf.virtualhost',
];
const NO_TLS = /^\S+: not supported: SSL_GET: this agent has no TLS\n {2}.*\n/gm;
const NOT_SUPPORTED = 5;

interface Verdict {
  readonly exit: number | null;
  readonly said: string;
}

const folder = mkdtempSync(path.join(tmpdir(), 'lvsctl-samples-'));
afterAll(() => rmSync(folder, { recursive: true }));

function corpus(): readonly string[] {
  return ['good', 'broken', 'refused'].flatMap((kind) =>
    readdirSync(path.join(CORPUS, kind)).map((name) => path.join(CORPUS, kind, name)),
  );
}

/** Copies, because some versions of the package compress them. */
function samples(): readonly string[] {
  return readdirSync(SAMPLES)
    .filter((name) => name.startsWith('keepalived.conf'))
    .map((name) => {
      const bytes = readFileSync(path.join(SAMPLES, name));
      const file = path.join(folder, path.basename(name, '.gz'));
      writeFileSync(file, name.endsWith('.gz') ? gunzipSync(bytes) : bytes);
      return file;
    });
}

function pushed(id: string, file: string): Verdict {
  const [program = '', ...own] = command('agent');
  const { status, stderr } = spawnSync(program, [...own, '-t', '-i', id, '-f', file], { encoding: 'utf8' });
  return { exit: status, said: stderr };
}

/** One process for all: Node takes a quarter of a second to begin. */
function onNode(id: string, files: readonly string[]): ReadonlyMap<string, Verdict> {
  const script = path.join(ROOT, 'test/support/config-tests.js');
  const { status, stderr } = spawnSync(process.execPath, [script, id, ...files], { encoding: 'utf8' });
  const parts = stderr.split('\0');
  expect({ status, count: parts.length }, parts.at(-1)).toEqual({ status: 0, count: 2 * files.length + 1 });
  return new Map(files.map((file, at) => [file, { exit: Number(parts[2 * at + 1]), said: parts[2 * at] ?? '' }]));
}

test.each([
  ['every file of the corpus', 'main', corpus, 190],
  ['every sample of the keepalived package', 'high', samples, 25],
] as const)('%s gets the same exit code and the same lines from both', (_, id, list, least) => {
  const files = list();
  expect(files.length).toBeGreaterThanOrEqual(least);
  const theirs = onNode(id, files);
  const ours = new Map(files.map((file) => [file, pushed(id, file)]));
  const expected = new Map(
    [...theirs].map(([file, verdict]) => [file, WANT_TLS.includes(path.basename(file)) ? withTls(verdict) : verdict]),
  );
  expect(ours).toEqual(expected);
});

/** What the program on Node would say if it had TLS; the file must ask for it, and may be refused for more. */
function withTls({ exit, said }: Verdict): Verdict {
  const more = said.replaceAll(NO_TLS, '');
  expect(more).not.toBe(said);
  expect(exit).toBe(NOT_SUPPORTED);
  return { exit: more.includes(': not supported: ') ? NOT_SUPPORTED : 0, said: more };
}
