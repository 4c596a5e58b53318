import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Bench, bench } from '../integration/keepalived/keepalived.ts';
import { generatedConf } from '../support/generated/conf.ts';
import { ROOT } from '../support/lab.ts';

// Files that are made from the agent's own table of keywords are put to keepalived and to the agent. Another seed tries
// other files; what a seed found is kept as a file of the corpus.

const SEED = Number(process.env['LVSCTL_TEST_SEED'] ?? 1);
const COUNT = Number(process.env['LVSCTL_TEST_FILES'] ?? 2000);
/**
 * Of the files that keepalived judges at all; docs/agent.md lists the classes of the others. Of 20,000 files 99.8 % agree,
 * and among 2,000 such a share varies by 0.1 %: another seed passes as well.
 */
const LEAST_PERCENT = 99;

interface Judged {
  readonly name: string;
  /** A signal where keepalived crashed, or never ended. */
  readonly keepalived: { readonly exit: number | string; readonly said: string };
  readonly agent: { readonly exit: number; readonly said: string };
}

const folder = mkdtempSync(path.join(tmpdir(), 'lvsctl-generated-'));
let real: Bench;
beforeAll(() => {
  real = bench();
});
afterAll(() => {
  real.remove();
  rmSync(folder, { recursive: true });
});

it(`${COUNT} generated files from seed ${SEED} get the same exit code from both`, { timeout: 1_800_000 }, () => {
  for (let seed = SEED; seed < SEED + COUNT; seed += 1)
    writeFileSync(path.join(folder, `${String(seed).padStart(10, '0')}.conf`), generatedConf(seed).text);
  const judge = path.join(ROOT, 'test/support/judge-configs.js');
  const { stdout, status, stderr } = real.run(process.execPath, judge, folder, 'main');
  expect(status, stderr).toBe(0);
  const judged = stdout
    .trim()
    .split('\n')
    .map((line): Judged => JSON.parse(line));
  expect(judged).toHaveLength(COUNT);
  const decided = judged.filter(({ keepalived }) => typeof keepalived.exit === 'number');
  expect(decided.length).toBeGreaterThan(0.95 * COUNT);
  const others = decided.filter(({ keepalived, agent }) => keepalived.exit !== agent.exit);
  const percent = 100 - (100 * others.length) / decided.length;
  expect(percent, describeClasses(others)).toBeGreaterThanOrEqual(LEAST_PERCENT);
});

/** Disagreements by the exit codes and by what each said first, the most frequent first. */
function describeClasses(others: readonly Judged[]): string {
  const classes = new Map<string, string[]>();
  for (const { name, keepalived, agent } of others) {
    const key = `${keepalived.exit}/${agent.exit} keepalived: ${firstLine(keepalived.said)} | agent: ${firstLine(agent.said)}`;
    classes.set(key, [...(classes.get(key) ?? []), name]);
  }
  return [...classes]
    .toSorted(([, a], [, b]) => b.length - a.length)
    .map(([key, names]) => `${names.length} × ${key} (${names.slice(0, 3).join(', ')})`)
    .join('\n');
}

/** Without its place, names and numbers. */
function firstLine(said: string): string {
  const line = said.split('\n').find((one) => one !== '' && !one.includes(': warning: ')) ?? '-';
  return line
    .replace(/^\([^)]*\) |^\S+:\d+:\d+: /, '')
    .replaceAll(/'[^']*'|\d+/g, '_')
    .slice(0, 80);
}
