import { describe, expect, it } from 'vitest';
import type { Cluster } from '../../../src/inventory/cluster.ts';
import { planFor } from '../../../src/pipeline/plan.ts';
import { renderKeepalived } from '../../../src/render/keepalived.ts';
import { KEEPALIVED_CONF } from '../../../src/render/names.ts';
import type { FirstText } from '../../../src/resources/file.ts';
import { observedCluster } from '../../support/observed.ts';
import { read } from '../inventory/reading.ts';

const HOSTS = `directors:
  - {name: dr1, address: 192.168.168.100, addresses: "fd00::100"}
  - {name: dr2, address: 192.168.168.107, addresses: "fd00::107"}
real_servers: [{address: 192.168.168.102, addresses: "fd00::102"}]
`;
const ONE = `${HOSTS}vip: 192.168.168.12\n`;
const DUAL = `${HOSTS}vip: [192.168.168.12, "fd00::12"]\n`;

const grouped = (names: string, more: string): string => `${HOSTS}vrrp_instances:
  VI_1: {virtual_ipaddress: 192.168.168.12}
  VI_2: {virtual_ipaddress: 192.168.168.13}
${more}
virtual_servers: [{vip: 192.168.168.12}]
vrrp_sync_group: {VG: {group: [${names}], notify_master: /bin/true}}
`;
const THIRD = '  VI_3: {virtual_ipaddress: 192.168.168.14}';

const clusterOf = async (text: string): Promise<Cluster> => {
  const { cluster, diagnostics } = await read(text);
  if (cluster === undefined) throw new Error(JSON.stringify(diagnostics));
  return cluster;
};

interface Given {
  readonly before: string | undefined;
  readonly after: string;
  /** Addresses that dr1 holds on eth0. */
  readonly holds: readonly string[];
  readonly runs?: 'keepalived' | 'agent';
}

/** What keepalived of dr1 loads first. */
async function firstOf({ before, after, holds, runs = 'keepalived' }: Given): Promise<FirstText | undefined> {
  const cluster = await clusterOf(after);
  const former = before === undefined ? undefined : await clusterOf(before);
  const [director] = former?.directors ?? [];
  const text = former && director && renderKeepalived(former, director, () => 'eth0');
  const seen = observedCluster(cluster, { runs });
  const hosts = new Map(
    [...seen.hosts].map(([name, state]) => {
      if (name !== 'dr1') return [name, state];
      const held = holds.map((address) => ({ address, device: 'eth0', prefix: 32 }));
      const facts = { ...state.facts, addresses: [...state.facts.addresses, ...held] };
      const file = new Map(text === undefined ? [] : [[KEEPALIVED_CONF, { is: 'file', mode: 0o600, text } as const]]);
      return [name, { ...state, facts, have: { ...state.have, file } }];
    }),
  );
  const agent = { sha256: '0'.repeat(64), size: 4, packed: () => 'AAAA' };
  const wants = planFor(cluster, { ...seen, hosts }, () => agent).wants.get('dr1') ?? [];
  return wants.flatMap((want) => (want.kind === 'file' && want.path === KEEPALIVED_CONF ? [want.first] : []))[0];
}

const groupsIn = (text = ''): readonly string[] =>
  [...text.matchAll(/^vrrp_sync_group \S+ \{\n(?:.*\n)*?\}/gm)].map(([block]) => block.replaceAll(/\s+/g, ' '));

describe('a new instance of a sync group', () => {
  it('is elected first, where the director holds the addresses of the others', async () => {
    const first = await firstOf({ before: ONE, after: DUAL, holds: ['192.168.168.12'] });
    expect(first).toMatchObject({ untilHeld: ['fd00::12'], seconds: 6 });
    expect(first?.reason).toBe('in two reloads: VI_1_6 is elected before it joins its sync group');
    expect(groupsIn(first?.text)).toEqual([]);
    expect(first?.text).toContain('vrrp_instance VI_1_6 {');
  });

  it('is left out of a group that runs, which keeps its other lines', async () => {
    const first = await firstOf({
      before: grouped('VI_1, VI_2', ''),
      after: grouped('VI_1, VI_2, VI_3', THIRD),
      holds: ['192.168.168.12', '192.168.168.13'],
    });
    expect(first?.untilHeld).toEqual(['192.168.168.14']);
    expect(groupsIn(first?.text)).toEqual(['vrrp_sync_group VG { group { VI_1 VI_2 } notify_master /bin/true }']);
  });

  it.each<readonly [string, Given]>([
    ['a director that does not hold them', { before: ONE, after: DUAL, holds: [] }],
    ['the first deploy', { before: undefined, after: DUAL, holds: ['192.168.168.12'] }],
    ['a cluster that has both families', { before: DUAL, after: DUAL, holds: ['192.168.168.12', 'fd00::12'] }],
    ['the agent, which elects it at once', { before: ONE, after: DUAL, holds: ['192.168.168.12'], runs: 'agent' }],
    [
      'instances that run already',
      { before: grouped('VI_1, VI_2', THIRD), after: grouped('VI_1, VI_2, VI_3', THIRD), holds: ['192.168.168.12'] },
    ],
  ])('joins at once: %s', async (_name, given) => {
    expect(await firstOf(given)).toBeUndefined();
  });
});
