import { describe, expect, it } from 'vitest';
import type { Bundle } from '../../../src/bundle/manifest.ts';
import { planFor } from '../../../src/pipeline/plan.ts';
import { changesIn } from '../../../src/plan/plan.ts';
import { observedCluster } from '../../support/observed.ts';
import { MANIFEST, PLATFORM } from '../bundle/bundle-file.ts';
import { read } from '../inventory/reading.ts';

const BUNDLE: Bundle = { name: 'cluster.bundle', size: 1, manifest: MANIFEST, read: () => new Uint8Array() };

const HOST = { id: 'debian', release: '12', machine: 'x86_64' };

interface Given {
  readonly bundle?: Bundle;
  readonly release?: string;
  readonly from?: 'mount' | 'candidate' | 'unread' | 'none';
  readonly versions?: string;
}

/** The plan of a director on which nothing is installed. */
async function planned({ bundle = BUNDLE, release = '12', from = 'none', versions = '' }: Given) {
  const { cluster, diagnostics } = await read(`vip: 192.168.168.12
directors: [192.168.168.100, 192.168.168.107]
real_servers: [192.168.168.102]
packages: {bundle: cluster.bundle${versions}}
`);
  if (cluster === undefined) throw new Error(JSON.stringify(diagnostics));
  const seen = observedCluster(cluster);
  const hosts = new Map(
    [...seen.hosts].map(([name, state]) => {
      const facts = { ...state.facts, keepalivedFrom: from, release: { ...HOST, release } };
      const offers = versions === '' ? {} : { offers: new Map([['keepalived', { versions: [], open: false }]]) };
      const packages = new Map([['packages', { installed: new Map<string, string>(), ...offers }]]);
      return [name, { ...state, facts, have: { ...state.have, packages } }];
    }),
  );
  const agent = { sha256: '0'.repeat(64), size: 4, packed: () => 'AAAA' };
  const { plan } = planFor(cluster, { ...seen, hosts }, () => agent, { flushUnmanaged: false, bundle });
  const changes = changesIn(plan).filter(({ host, kind }) => host === 'dr1' && ['bundle', 'packages'].includes(kind));
  const engine = plan.engines.find(({ host }) => host === 'dr1');
  return { changes, engine, unreadable: plan.unreadable };
}

describe('a director without packages', () => {
  it('gets what the bundle has for it, and installs from there', async () => {
    const { changes, engine } = await planned({});
    expect(engine).toMatchObject({ engine: 'keepalived', because: 'cluster.bundle has it' });
    expect(changes.map(({ kind }) => kind)).toEqual(['bundle', 'packages']);
    expect(changes[0]?.uploads?.map(({ title }) => title)).toEqual(Object.keys(PLATFORM.files).sort());
    expect(changes[1]?.steps[0]?.script).toMatch(/m=\/var\/lib\/lvsctl\/bundle\/part-[0-9a-f]{16}\n/);
  });

  it.each(['candidate', 'unread'] as const)('prefers it to repositories that it may not reach: %s', async (from) => {
    expect((await planned({ from })).engine?.because).toBe('cluster.bundle has it');
  });

  it('prefers a local mount', async () => {
    const { changes } = await planned({ from: 'mount' });
    expect(changes.map(({ kind }) => kind)).toEqual(['packages']);
  });

  it('has the agent where the bundle is for others, and hears how to add its platform', async () => {
    const { changes, engine } = await planned({ release: '13' });
    expect(engine).toMatchObject({
      engine: 'agent',
      because:
        "no package source has keepalived: cluster.bundle has no packages for debian-13-x86_64, only for debian-12-x86_64 (deb), and the host's lists of packages do not name it",
    });
    expect(changes).toEqual([]);
    const repositories = await planned({ release: '13', from: 'candidate' });
    expect(repositories.changes[0]?.advice).toContain(
      'cluster.bundle has no packages for debian-13-x86_64, only for debian-12-x86_64 (deb). Add them with `lvsctl bundle -o cluster.bundle --add --on HOST`',
    );
  });

  it('finds a pinned version in it, and no other', async () => {
    const { changes } = await planned({ versions: ', versions: {keepalived: "2.2.7"}' });
    expect(changes[1]?.fields).toContainEqual({ name: 'keepalived', before: undefined, after: '1:2.2.7-1+b2' });
    const { unreadable } = await planned({ versions: ', versions: {keepalived: "2.3"}' });
    expect(unreadable[0]?.failure.message).toContain('on offer: 1:2.2.7-1+b2');
  });
});
