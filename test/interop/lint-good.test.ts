import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readInventory } from '../../src/inventory/read.ts';
import { keepalivedConf } from '../../src/lint/keepalived-conf.ts';
import { renderKeepalived } from '../../src/render/keepalived.ts';
import { missingKeywords } from '../../src/keepalived/version-gate.ts';
import type { KEYWORDS } from '../../src/inventory/keywords.ts';
import { keysOf } from '../support/keyword-data.ts';
import { rawBlocks } from '../support/raw-grammar.ts';
import { command } from '../support/router.ts';
import { type Bench, bench } from '../integration/keepalived/keepalived.ts';
import { world } from '../unit/inventory/reading.ts';

/** The version of the keepalived that judges. */
function installed(): string {
  const { stderr } = spawnSync('keepalived', ['--version'], { encoding: 'utf8' });
  return /v(\d+\.\d+\.\d+)/.exec(stderr)?.[1] ?? '';
}

// What lint calls good, the programs of the directors take: keepalived's own test of the file, and the agent's.

/** By hand: LINT_CASES=5000 LINT_SEED=7 npx vitest run --project interop test/interop/lint-good */
const CASES = Number(process.env['LINT_CASES'] ?? 400);
const SEED = Number(process.env['LINT_SEED'] ?? 51);

const weight = fc.constantFrom(0, 1, 1, 5, 65_535);
const inventory = fc.record(
  {
    engine: fc.constantFrom('keepalived', 'agent', 'auto'),
    raw: rawBlocks,
    /** What has keys is written with them instead. */
    keys: fc.boolean(),
    weights: fc.tuple(weight, weight),
    vrrp: fc.record(
      {
        advert_int: fc.constantFrom(1, 2, 255),
        nopreempt: fc.boolean(),
        authentication: fc.constant({ auth_pass: 'secret' }),
      },
      { requiredKeys: [] },
    ),
    server: fc.record(
      {
        lb_algo: fc.constantFrom('rr', 'sh', 'mh', 'wlc'),
        persistence_timeout: fc.constantFrom(1, 300),
        nat_mask: fc.constant('255.255.255.0'),
      },
      { requiredKeys: [] },
    ),
  },
  { noNullPrototype: true },
);

type Sample = typeof inventory extends fc.Arbitrary<infer T> ? T : never;

function written({ engine, raw, keys, weights, vrrp, server }: Sample): string {
  const added = (text: string | undefined, place: keyof typeof KEYWORDS) => {
    const data = text === undefined || !keys ? undefined : keysOf(text, place);
    return data ?? { raw: text };
  };
  return JSON.stringify({
    ...added(raw.top, 'top'),
    vip: '192.168.168.12',
    engine,
    directors: ['192.168.168.100', '192.168.168.107'],
    real_servers: ['192.168.168.102', '192.168.168.103'].map((address, at) => ({
      ...(at === 0 && added(raw.server, 'real_servers')),
      address,
      weight: weights[at],
    })),
    global_defs: added(raw.global, 'global_defs'),
    vrrp_instance: { ...added(raw.instance, 'vrrp_instance'), ...vrrp, interface: 'eth0' },
    virtual_servers: [{ ...added(raw.service, 'virtual_servers'), port: 80, ...server }],
  });
}

interface Case {
  readonly file: string;
  readonly director: string;
  readonly agent: boolean;
  readonly said: string;
}

/** One shell for all: to enter a namespace and to start Node cost more than the programs do. */
function judge(namespace: string, folder: string, cases: readonly Case[]): readonly string[] {
  const script = path.join(folder, 'judge.sh');
  const [agent = ''] = command('agent');
  const lines = cases.flatMap(({ file, director, agent: alsoAgent }) => [
    `said=$(keepalived -t -i ${director} -f ${file} 2>&1) || echo "${file}: keepalived $?: $said"`,
    ...(alsoAgent ? [`said=$(${agent} -t -i ${director} -f ${file} 2>&1) || echo "${file}: lvs-agent $?: $said"`] : []),
  ]);
  writeFileSync(script, lines.join('\n'));
  const { stdout } = spawnSync('ip', ['netns', 'exec', namespace, 'sh', script], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 2 ** 26,
  });
  return stdout.split(/\n(?=\d+\.conf: )/).filter((text) => text !== '');
}

describe('an inventory that lint calls good', () => {
  let host: Bench;
  const folder = mkdtempSync(path.join(tmpdir(), 'lvsctl-lint-'));
  beforeAll(() => {
    host = bench();
  });
  afterAll(() => {
    host.remove();
    rmSync(folder, { recursive: true });
  });

  it('renders to files that keepalived and the agent take', { timeout: 60_000 + CASES * 500 }, async () => {
    const cases: Case[] = [];
    for (const sample of fc.sample(inventory, { numRuns: CASES, seed: SEED })) {
      const files = { '/home/ops/a.yml': written(sample) };
      const { cluster, diagnostics } = await readInventory(['a.yml'], world({ files }), [keepalivedConf]);
      const refusedByAgent = diagnostics.some(({ what }) => what.includes('bundled agent'));
      for (const director of cluster?.directors ?? []) {
        if (cluster === undefined) continue;
        const file = `${cases.length}.conf`;
        const text = renderKeepalived(cluster, director, () => 'eth0');
        // The plan refuses keywords that the keepalived of a director does not have yet.
        const env = { configId: undefined, hostname: director.name, tls: true };
        if (missingKeywords(text, installed(), env).length > 0) continue;
        writeFileSync(path.join(folder, file), text);
        const agent = director.engine !== 'keepalived' && !refusedByAgent;
        cases.push({ file, director: director.name, agent, said: JSON.stringify(sample) });
      }
    }
    expect(cases.length).toBeGreaterThan(CASES / 8);
    const broken = { file: `${cases.length}.conf`, director: 'dr1', agent: true, said: '' };
    writeFileSync(path.join(folder, broken.file), 'no_such_word 1\n');
    expect(judge(host.name, folder, [broken]).map((text) => text.split(' ')[1])).toEqual(['keepalived', 'lvs-agent']);
    const wrong = judge(host.name, folder, cases);
    const reported = wrong.map((text) => `${text}\n${cases[Number.parseInt(text)]?.said ?? ''}`);
    expect(reported, `of ${cases.length} files`).toEqual([]);
  });
});
