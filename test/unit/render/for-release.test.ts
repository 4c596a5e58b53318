import { describe, expect, it } from 'vitest';
import type { Cluster } from '../../../src/inventory/cluster.ts';
import { readInventory } from '../../../src/inventory/read.ts';
import { missingKeywords } from '../../../src/keepalived/version-gate.ts';
import { clusterForRelease, pinnedRelease } from '../../../src/render/for-release.ts';
import { renderKeepalived } from '../../../src/render/keepalived.ts';
import { minimalWith, world } from '../inventory/reading.ts';

async function clusterOf(...more: readonly string[]): Promise<Cluster> {
  const { cluster, diagnostics } = await readInventory(
    ['a.yml'],
    world({ files: { '/home/ops/a.yml': minimalWith(...more) } }),
  );
  if (cluster === undefined) throw new Error(JSON.stringify(diagnostics));
  return cluster;
}

function rendered(cluster: Cluster, release?: string): string {
  const [first] = cluster.directors;
  if (first === undefined) throw new Error('no director');
  return renderKeepalived(clusterForRelease(cluster, release), first, () => 'eth0');
}

/** Lines that only one of the texts has, with the spaces before them removed. */
function differences(one: string, other: string) {
  const lines = (text: string) => text.split('\n').map((line) => line.trim());
  const only = (from: string, without: string) => [
    ...new Set(lines(from).filter((line) => !lines(without).includes(line))),
  ];
  return { before: only(one, other), after: only(other, one) };
}

const ENV = { configId: undefined, hostname: 'dr1', tls: true };

/** Services of every default check. */
const SERVICES = [
  'virtual_servers:',
  '  - { port: 80, check: http / }',
  '  - { port: 443, check: https / }',
  '  - { port: 25, check: smtp }',
  '  - { port: 22 }',
  '  - { port: 53, protocol: UDP }',
];

describe('the file for an older keepalived', () => {
  it('has nothing of its own that a release from 1.2.13 on lacks', async () => {
    const cluster = await clusterOf(...SERVICES, 'vrrp_instance: { unicast: yes }');
    for (const release of ['1.2.13', '1.2.24', '1.3.5', '1.3.9', '2.0.10', '2.0.20', '2.2.7', '2.3.4']) {
      expect(missingKeywords(rendered(cluster, release), release, ENV), release).toEqual([]);
    }
  });

  it('keeps the retries that the inventory asks for, which the gate then finds', async () => {
    const cluster = await clusterOf('virtual_servers: [{ port: 80, tcp_check: { nb_get_retry: 3 } }]');
    const missing = missingKeywords(rendered(cluster, '1.2.13'), '1.2.13', ENV);
    expect(missing.map(({ path, since }) => [path, since])).toEqual([
      ['virtual_server.real_server.TCP_CHECK.retry', '1.2.20'],
    ]);
  });

  it('is the file of today where nothing is lacking', async () => {
    const cluster = await clusterOf(...SERVICES);
    for (const release of [undefined, '2.1.0', '2.2.7', '9.0.0', 'UNKNOWN']) {
      expect(rendered(cluster, release)).toBe(rendered(cluster));
    }
  });

  it('differs by what the release lacks', async () => {
    const cluster = await clusterOf(...SERVICES);
    expect(differences(rendered(cluster), rendered(cluster, '2.0.20'))).toEqual({
      before: ['UDP_CHECK {'],
      after: ['! UDP_CHECK: since keepalived 2.1.0; in 2.0.20, nothing checks this real server'],
    });
    expect(differences(rendered(cluster, '2.0.20'), rendered(cluster, '1.2.20'))).toEqual({
      before: ['! UDP_CHECK: since keepalived 2.1.0; in 2.0.20, nothing checks this real server'],
      after: ['nb_get_retry 3', '! UDP_CHECK: since keepalived 2.1.0; in 1.2.20, nothing checks this real server'],
    });
    expect(differences(rendered(cluster, '1.2.20'), rendered(cluster, '1.2.16')).after).toEqual([
      '! retry 3: since keepalived 1.2.20; in 1.2.16, a single failed check removes this real server',
      '! delay_before_retry 3: since keepalived 1.2.20; in 1.2.16, it does not retry',
      '! UDP_CHECK: since keepalived 2.1.0; in 1.2.16, nothing checks this real server',
    ]);
  });

  it('keeps what the user asked for, which is then refused', async () => {
    const cluster = await clusterOf('virtual_servers:', '  - { port: 53, protocol: UDP, check: udp, lb_algo: mh }');
    expect(
      missingKeywords(rendered(cluster, '2.0.6'), '2.0.6', ENV).map(({ keyword, since }) => [keyword, since]),
    ).toEqual([
      ['lb_algo mh', '2.0.7'],
      ['UDP_CHECK', '2.1.0'],
    ]);
  });

  it('is made once for each release', async () => {
    const cluster = await clusterOf(...SERVICES);
    expect(clusterForRelease(cluster, '2.0.10')).toBe(clusterForRelease(cluster, '2.0.10'));
  });
});

describe('words behind a keyword', () => {
  it.each([
    ['virtual_server 10.0.0.1 80 {\nlb_algo twos\n}\n', '2.2.4', ['lb_algo twos 2.2.5']],
    ['virtual_server 10.0.0.1 80 {\nlb_algo twos\n}\n', '2.2.5', []],
    ['virtual_server 10.0.0.1 80 {\nlb_kind TUN type gue port 6080\n}\n', '2.0.17', ['lb_kind type 2.0.18']],
    ['virtual_server 10.0.0.1 80 {\nprotocol SCTP\n}\n', '1.2.19', ['protocol SCTP 1.2.20']],
    [
      'vrrp_instance A {\nvirtual_ipaddress {\n10.0.0.1/24 dev eth0 no_track\n10.0.0.2 home\n}\n}\n',
      '2.0.2',
      ['virtual_ipaddress no_track 2.0.3'],
    ],
  ])('are those of a release too: %j in %s', (text, release, missing) => {
    expect(missingKeywords(text, release, ENV).map(({ keyword, since }) => `${keyword} ${since}`)).toEqual(missing);
  });
});

describe('a pinned release', () => {
  it.each([
    ['2.2.7', '2.2.7'],
    ['1:2.0.10-1', '2.0.10'],
    ['2.3', undefined],
  ])('of packages.versions, %s, is %s', async (pin, release) => {
    expect(pinnedRelease(await clusterOf(`packages: { versions: { keepalived: "${pin}" } }`))).toBe(release);
  });
});
