import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cluster } from '../../src/inventory/cluster.ts';
import { readInventory } from '../../src/inventory/read.ts';
import { missingKeywords } from '../../src/keepalived/version-gate.ts';
import { clusterForRelease } from '../../src/render/for-release.ts';
import { renderKeepalived } from '../../src/render/keepalived.ts';
import { type Bench, bench } from '../integration/keepalived/keepalived.ts';
import { type Keepalived, SUITES, keepalivedOf } from '../support/keepalived-releases.ts';
import { world } from '../unit/inventory/reading.ts';

// What is rendered for a release, its keepalived takes. What the release lacks is refused before, and not judged here.

/** By hand: RELEASE_CASES=2000 RELEASE_SEED=7 npx vitest run --project interop test/interop/releases */
const CASES = Number(process.env['RELEASE_CASES'] ?? 40);
const SEED = Number(process.env['RELEASE_SEED'] ?? 51);

const service = fc.record(
  {
    port: fc.constantFrom(80, 443, 53, 5060),
    protocol: fc.constantFrom('TCP', 'UDP', 'SCTP'),
    lb_algo: fc.constantFrom('rr', 'wlc', 'sh', 'mh', 'fo', 'ovf', 'twos'),
    check: fc.constantFrom('none', 'tcp', 'http /', 'https /', 'smtp', 'dns example.com', 'ping', 'udp', 'file /tmp/a'),
    persistence_timeout: fc.constantFrom(1, 300),
    quorum: fc.constantFrom(1, 2),
    delay_loop: fc.constantFrom(1, 6),
  },
  { requiredKeys: ['port'], noNullPrototype: true },
);

const inventory = fc.record(
  {
    services: fc.uniqueArray(service, { minLength: 1, maxLength: 3, selector: ({ port }) => port }),
    vrrp: fc.record(
      {
        unicast: fc.boolean(),
        advert_int: fc.constantFrom(1, 2),
        nopreempt: fc.boolean(),
        version: fc.constantFrom(2, 3),
        garp_master_delay: fc.constantFrom(1, 5),
        down_timer_adverts: fc.constantFrom(3, 4),
      },
      { requiredKeys: [], noNullPrototype: true },
    ),
    global: fc.record(
      {
        vrrp_startup_delay: fc.constantFrom(1, 5),
        reload_time_file: fc.constant('/run/reload'),
        max_auto_priority: fc.constant(50),
        state_dump_file: fc.constant('/run/state'),
      },
      { requiredKeys: [], noNullPrototype: true },
    ),
  },
  { noNullPrototype: true },
);

async function clusterOf({
  services,
  vrrp,
  global,
}: typeof inventory extends fc.Arbitrary<infer T> ? T : never): Promise<Cluster | undefined> {
  const text = [
    'vip: 192.168.168.12',
    'directors: [{ address: 192.168.168.2, interface: eth0 }, { address: 192.168.168.3, interface: eth0 }]',
    'real_servers: [192.168.168.102, 192.168.168.103]',
    `virtual_servers: ${JSON.stringify(services)}`,
    `vrrp_instance: ${JSON.stringify(vrrp)}`,
    `global_defs: ${JSON.stringify(global)}`,
  ].join('\n');
  const { cluster, diagnostics } = await readInventory(['a.yml'], world({ files: { '/home/ops/a.yml': text } }));
  return diagnostics.some(({ severity }) => severity === 'error') ? undefined : cluster;
}

describe.each(SUITES)('keepalived of %s', (suite) => {
  let keepalived: Keepalived;
  let namespace: Bench;
  let folder: string;
  beforeAll(async () => {
    keepalived = await keepalivedOf(suite, AbortSignal.timeout(100_000));
    namespace = bench();
    folder = mkdtempSync(path.join(tmpdir(), 'lvsctl-release-'));
  }, 120_000);
  afterAll(() => {
    namespace.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  it('accepts what is rendered for its release', async () => {
    expect(keepalived.version).toMatch(/^2\.\d+\.\d+$/);
    let judged = 0;
    await fc.assert(
      fc.asyncProperty(inventory, async (given) => {
        const cluster = await clusterOf(given);
        const [director] = cluster?.directors ?? [];
        fc.pre(cluster !== undefined && director !== undefined);
        const text = renderKeepalived(clusterForRelease(cluster, keepalived.version), director, () => 'eth0');
        const env = { configId: undefined, hostname: director.name, tls: true };
        if (missingKeywords(text, keepalived.version, env).length > 0) return;
        judged += 1;
        const file = path.join(folder, 'keepalived.conf');
        writeFileSync(file, text);
        const { status, stderr } = namespace.run(...keepalived.command, '-t', '-f', file);
        expect(status, `${stderr}\n${text}`).toBe(0);
      }),
      { numRuns: CASES, seed: SEED },
    );
    expect(judged).toBeGreaterThan(CASES / 10);
  }, 120_000);
});
