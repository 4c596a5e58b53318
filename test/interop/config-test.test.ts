import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, expect, it } from 'vitest';
import { ROOT } from '../support/lab.ts';
import { command } from '../support/router.ts';

// The deployed program and the one on Node must judge configurations alike. Unit tests, and machines without compilers,
// use Node; directors use QuickJS with its own regular expressions and numbers.

const CORPUS = path.join(ROOT, 'test/fixtures/keepalived/corpus');
const SAMPLES = '/usr/share/doc/keepalived/samples';

/** The static program includes a TLS client. The one on Node does not, and therefore rejects SSL_GET. */
const WANT_TLS: readonly string[] = [
  'tls-without-tls.conf',
  'keepalived.conf.HTTP_GET.port',
  'keepalived.conf.SSL_GET',
  'keepalived.conf.status_code',
  'keepalived.conf.virtualhost',
];
const NO_TLS = /^\S+: not supported: SSL_GET is not supported: this agent has no TLS\n {2}.*\n/gm;
const NOT_SUPPORTED = 5;

interface Verdict {
  readonly exit: number | null;
  readonly output: string;
}

const folder = mkdtempSync(path.join(tmpdir(), 'lvsctl-samples-'));
afterAll(() => rmSync(folder, { recursive: true }));

function corpus(): readonly string[] {
  return ['good', 'broken', 'refused'].flatMap((kind) =>
    readdirSync(path.join(CORPUS, kind)).map((name) => path.join(CORPUS, kind, name)),
  );
}

/** Copies the samples, which some versions of the package compress. */
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
  return { exit: status, output: stderr };
}

/** One process for all files, as Node takes a quarter of a second to start. */
function onNode(id: string, files: readonly string[]): ReadonlyMap<string, Verdict> {
  const script = path.join(ROOT, 'test/support/config-tests.js');
  const { status, stderr } = spawnSync(process.execPath, [script, id, ...files], { encoding: 'utf8' });
  const parts = stderr.split('\0');
  expect({ status, count: parts.length }, parts.at(-1)).toEqual({ status: 0, count: 2 * files.length + 1 });
  return new Map(files.map((file, at) => [file, { exit: Number(parts[2 * at + 1]), output: parts[2 * at] ?? '' }]));
}

it.each([
  ['every file of the corpus', 'main', corpus, 190],
  ['every sample in the keepalived package', 'high', samples, 25],
] as const)('judges %s with the same exit code and lines', (_, id, list, least) => {
  const files = list();
  expect(files.length).toBeGreaterThanOrEqual(least);
  const theirs = onNode(id, files);
  const ours = new Map(files.map((file) => [file, pushed(id, file)]));
  const expected = new Map(
    [...theirs].map(([file, verdict]) => [file, WANT_TLS.includes(path.basename(file)) ? withTls(verdict) : verdict]),
  );
  expect(ours).toEqual(expected);
});

/** The verdict on Node as if it had TLS. The file must use SSL_GET and may have other errors. */
function withTls({ exit, output }: Verdict): Verdict {
  const more = output.replaceAll(NO_TLS, '');
  expect(more).not.toBe(output);
  expect(exit).toBe(NOT_SUPPORTED);
  return { exit: more.includes(': not supported: ') ? NOT_SUPPORTED : 0, output: more };
}
