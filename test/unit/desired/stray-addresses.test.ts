import { describe, expect, it } from 'vitest';
import { planFor } from '../../../src/pipeline/plan.ts';
import { observedCluster } from '../../support/observed.ts';
import { read } from '../inventory/reading.ts';

const PAIR = `directors: [192.168.168.100, 192.168.168.107]
real_servers: [192.168.168.102]
vrrp_instances:
  VI_1: {virtual_ipaddress: 192.168.168.12}
  VI_2: {virtual_ipaddress: 192.168.168.13, directors: [dr2, dr1]}
virtual_servers: [{vip: 192.168.168.12}]
`;

/** Addresses that must not be on dr1, whose instances have these states. */
async function strays(states: Readonly<Record<string, 'MASTER' | 'BACKUP'>>): Promise<readonly string[]> {
  const { cluster, diagnostics } = await read(PAIR);
  if (cluster === undefined) throw new Error(JSON.stringify(diagnostics));
  const seen = observedCluster(cluster, { runs: 'keepalived' });
  const hosts = new Map(
    [...seen.hosts].map(([name, state]) => [
      name,
      { ...state, facts: { ...state.facts, vrrpStates: new Map(Object.entries(states)) } },
    ]),
  );
  const agent = { sha256: '0'.repeat(64), size: 4, packed: () => 'AAAA' };
  const wants = planFor(cluster, { ...seen, hosts }, () => agent).wants.get('dr1') ?? [];
  return wants.flatMap((want) => (want.kind === 'address' && !want.present ? [want.address] : []));
}

describe('a director removes the addresses', () => {
  it.each<readonly [string, Parameters<typeof strays>[0], readonly string[]]>([
    ['of instances in which it is BACKUP', { VI_1: 'MASTER', VI_2: 'BACKUP' }, ['192.168.168.13/32']],
    ['of all instances', { VI_1: 'BACKUP', VI_2: 'BACKUP' }, ['192.168.168.12/32', '192.168.168.13/32']],
    ['of none whose state is unknown', {}, []],
  ])('%s', async (_name, states, expected) => {
    expect(await strays(states)).toEqual(expected);
  });
});
