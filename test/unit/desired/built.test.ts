import { describe, expect, it } from 'vitest';
import { planFor } from '../../../src/pipeline/plan.ts';
import { changesIn } from '../../../src/plan/plan.ts';
import { renderPlan } from '../../../src/plan/render.ts';
import type { BuiltHave } from '../../../src/resources/built.ts';
import { observedCluster } from '../../support/observed.ts';
import { read } from '../inventory/reading.ts';

const DEBIAN_12 = { id: 'debian', release: '12', machine: 'x86_64' };

interface Given {
  readonly packages?: string;
  readonly from?: 'installed' | 'mount' | 'candidate' | 'none';
  /** Of dr2; dr1 has Debian 12. */
  readonly release?: string;
  readonly built?: BuiltHave;
}

const SOURCE = 'source: {keepalived: {mounted: /mnt/keepalived-2.3.4.tar.gz}, build_on: rs1}';

/** The plan of two directors on which nothing is installed; rs1 builds. */
async function planned({ packages = SOURCE, from = 'none', release = '12', built }: Given = {}) {
  const { cluster, diagnostics } = await read(`vip: 192.168.168.12
directors: [192.168.168.100, 192.168.168.107]
real_servers: [192.168.168.102]
packages: {${packages}}
`);
  if (cluster === undefined) throw new Error(JSON.stringify(diagnostics));
  const seen = observedCluster(cluster);
  const hosts = new Map(
    [...seen.hosts].map(([name, state]) => {
      const own = name === 'dr2' ? { ...DEBIAN_12, release } : DEBIAN_12;
      const facts = { ...state.facts, keepalivedFrom: from, release: own };
      const have = {
        ...state.have,
        packages: new Map([['packages', { installed: new Map<string, string>() }]]),
        built: new Map(built === undefined ? [] : [['keepalived', built] as const]),
      };
      return [name, { ...state, facts, have }];
    }),
  );
  const agent = { sha256: '0'.repeat(64), size: 4, packed: () => 'AAAA' };
  const { plan } = planFor(cluster, { ...seen, hosts }, () => agent);
  const changes = (host: string) => changesIn(plan).filter((change) => change.host === host);
  const because = Object.fromEntries(plan.engines.map(({ host, engine, because: why }) => [host, `${engine}: ${why}`]));
  const text = renderPlan(plan, false).map((line) => line.text);
  return { changes, because, text, unreadable: plan.unreadable.map(({ failure }) => failure) };
}

describe('a director without packages', () => {
  it('has a keepalived that is built once, on a host like it', async () => {
    const { changes, because, text } = await planned();
    expect(because['dr1']).toBe('keepalived: keepalived-2.3.4.tar.gz, built on rs1');
    const names = (host: string) => changes(host).flatMap(({ build }) => build?.name ?? []);
    expect(names('dr1')).toEqual(names('dr2'));
    expect(names('dr1')[0]).toMatch(/^keepalived-2\.3\.4-[0-9a-f]{16}$/);
    expect(changes('rs1').some(({ kind }) => kind === 'built')).toBe(false);
    expect(text).toContain(
      '        to build, unless it was: on rs1, with the packages gcc, make, libc6-dev, libssl-dev, libnl-3-dev, libnl-genl-3-dev, libpopt-dev, pkg-config',
    );
  });

  it('gets the unit of lvsctl and the libraries, not the package', async () => {
    const { changes } = await planned();
    const own = changes('dr1');
    const packages = own.find(({ kind }) => kind === 'packages');
    expect(packages?.fields.map(({ name }) => name)).toEqual(['ipvsadm', 'libnl-3-200', 'libnl-genl-3-200']);
    const kinds = own.map(({ kind, key }) => `${kind} ${key}`);
    expect(kinds.indexOf('built keepalived')).toBeLessThan(kinds.indexOf('file /etc/keepalived/keepalived.conf'));
    expect(kinds).toContain('file /etc/systemd/system/keepalived.service');
  });

  it('builds ipvsadm with it', async () => {
    const packages =
      'source: {keepalived: {mounted: /mnt/keepalived-2.3.4.tar.gz}, ipvsadm: {mounted: /mnt/ipvsadm-1.31.tar.gz}, build_on: rs1}';
    const own = (await planned({ packages })).changes('dr1');
    expect(own.flatMap(({ build }) => build?.program ?? [])).toEqual(['keepalived', 'ipvsadm']);
    expect(own.find(({ kind }) => kind === 'packages')?.fields.map(({ name }) => name)).toEqual([
      'libnl-3-200',
      'libnl-genl-3-200',
      'libpopt0',
    ]);
  });

  it('has the agent where no host builds for its platform', async () => {
    const { because } = await planned({ release: '13' });
    expect(because['dr2']).toBe(
      "agent: no package source has keepalived: the host's lists of packages do not name it, and nothing builds the tarball of keepalived for debian-13-x86_64-systemd: rs1 is debian-12-x86_64-systemd",
    );
  });

  it('fails preflight there without the agent among its sources', async () => {
    const { unreadable } = await planned({ packages: `${SOURCE}, from: [source]`, release: '13' });
    expect(unreadable.map(({ message }) => message)).toEqual([
      'dr2: none of the sources source has keepalived: nothing builds the tarball of keepalived for debian-13-x86_64-systemd: rs1 is debian-12-x86_64-systemd',
    ]);
    expect(unreadable[0]?.detail.hint).toBe('Name a host of that platform with packages.source.build_on.');
  });
});

describe('the source of keepalived', () => {
  const mount = `local_mount: /mnt, ${SOURCE}`;
  it.each([
    ['the usual order', mount, 'mount', 'keepalived: /mnt has it'],
    [
      'a tarball first',
      `${mount}, from: [source, local_mount]`,
      'mount',
      'keepalived: keepalived-2.3.4.tar.gz, built on rs1',
    ],
    [
      'the agent first',
      `${mount}, from: [agent, source, local_mount]`,
      'mount',
      'agent: no package source has keepalived: packages.from has the agent first',
    ],
    ['repositories left out', 'from: [agent]', 'candidate', 'packages.from has the agent first'],
    ['one that is installed', `${mount}, from: [source, local_mount]`, 'installed', 'keepalived: it is installed'],
  ] as const)('%s', async (_name, packages, from, why) => {
    expect((await planned({ packages, from })).because['dr1']).toContain(why);
  });
});

describe('a keepalived that was built', () => {
  const built = { recipe: 'keepalived 2.2.7 by hand', version: '2.2.7', damaged: [] };

  it('is replaced when its tarball changes, and restarts', async () => {
    const { changes } = await planned({ from: 'installed', built });
    const own = changes('dr1');
    expect(own.find(({ kind }) => kind === 'built')?.fields[0]).toEqual({
      name: 'version',
      before: '2.2.7',
      after: '2.3.4',
    });
  });

  it('stays when the inventory has no tarball', async () => {
    const { changes, because } = await planned({ packages: 'from: [distribution]', from: 'installed', built });
    expect(because['dr1']).toBe('keepalived: it is installed');
    expect(
      changes('dr1')
        .find(({ kind }) => kind === 'packages')
        ?.fields.map(({ name }) => name),
    ).toEqual(['ipvsadm']);
  });
});
