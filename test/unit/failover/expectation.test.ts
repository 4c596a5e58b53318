import { describe, expect, it } from 'vitest';
import {
  backupOf,
  expectedRemoval,
  expectedReturnMs,
  expectedTakeover,
  longestSeconds,
  preemptsOnReturn,
  skewMs,
} from '../../../src/failover/expectation.ts';
import { type Moving, movingWith } from '../../../src/failover/moving.ts';
import { DEFAULT_OPTIONS } from '../../../src/failover/options.ts';
import type { VrrpInstance } from '../../../src/inventory/cluster.ts';
import { clusterOf } from './cluster.ts';
import { shape, type SHAPES } from './shapes.ts';

const moving = (given: Partial<VrrpInstance> = {}): Moving => movingWith(clusterOf(given), '192.168.168.12');
const [service] = clusterOf().virtualServers;
if (service === undefined) throw new Error('no service');

const VIP = '192.168.168.12';
const everything = (): boolean => true;
const nothing = (): boolean => false;

describe('the arithmetic of VRRP', () => {
  it('a resignation costs the skew of the backup: 805 ms with priority 50', () => {
    expect(expectedTakeover(moving(), 'dr2', nothing).highMs).toBeCloseTo(804.7, 1);
  });

  it('a cut cable costs three intervals and the skew, less up to one interval', () => {
    const { lowMs, highMs } = expectedTakeover(moving(), 'dr2', everything);
    expect([Math.round(lowMs), Math.round(highMs)]).toEqual([2805, 3805]);
  });

  it('version 2 scales one second for the skew, version 3 the interval', () => {
    expect(skewMs(moving({ advert_int: 0.1 })[0], 'dr2')).toBeCloseTo(804.7, 1);
    expect(skewMs(moving({ advert_int: 0.1, version: 3 })[0], 'dr2')).toBeCloseTo(80.5, 1);
  });

  it('a return waits for preempt_delay', () => {
    expect(expectedReturnMs(moving({ preempt_delay: 5 }), 'dr1') - expectedReturnMs(moving(), 'dr1')).toBe(5000);
  });
});

interface Shaped {
  readonly name: keyof typeof SHAPES;
  readonly vip: string;
  readonly moves: readonly string[];
  /** Who takes over from each director. */
  readonly backups: Readonly<Record<string, string | undefined>>;
  readonly preempts: readonly string[];
  readonly returnMs: number;
}

describe('each shape of cluster', () => {
  it.each<Shaped>([
    {
      name: 'dualStack',
      vip: 'fd00::12',
      moves: ['VI_1_6', 'VI_1'],
      backups: { dr1: 'dr2', dr2: 'dr1' },
      preempts: ['dr1'],
      returnMs: 6016,
    },
    {
      name: 'twoMasters',
      vip: VIP,
      moves: ['VI_1'],
      backups: { dr1: 'dr2', dr2: 'dr1', dr3: 'dr1' },
      preempts: ['dr1'],
      returnMs: 3008,
    },
    {
      name: 'twoMasters',
      vip: '192.168.168.13',
      moves: ['VI_2'],
      backups: { dr2: 'dr3', dr3: 'dr2' },
      preempts: ['dr3'],
      returnMs: 13_008,
    },
    {
      name: 'syncGroup',
      vip: VIP,
      moves: ['VI_1', 'VI_2'],
      backups: { dr1: 'dr2' },
      preempts: [],
      returnMs: 3008,
    },
    {
      name: 'syncGroup',
      vip: '192.168.168.13',
      moves: ['VI_3'],
      backups: { dr1: 'dr2' },
      preempts: ['dr1'],
      returnMs: 3008,
    },
  ])('$name, $vip', async ({ name, vip, moves, backups, preempts, returnMs }) => {
    const found = movingWith(await shape(name), vip);
    const first = found[0].members[0]?.director ?? '';
    expect(found.map((instance) => instance.name)).toEqual(moves);
    for (const [owner, backup] of Object.entries(backups)) expect(backupOf(found, owner, everything)).toBe(backup);
    expect(['dr1', 'dr2', 'dr3'].filter((director) => preemptsOnReturn(found, director))).toEqual(preempts);
    expect(Math.round(expectedReturnMs(found, first))).toBe(returnMs);
  });

  it('a VIP that no instance holds is refused', async () => {
    const cluster = await shape('twoMasters');
    expect(() => movingWith(cluster, '192.168.168.99')).toThrow('no VRRP instance holds 192.168.168.99');
  });
});

it('a director that must return in a sync group preempts in all of its instances or in none', () => {
  expect(preemptsOnReturn(moving(), 'dr1')).toBe(true);
  expect(preemptsOnReturn(moving(), 'dr2')).toBe(false);
  expect(preemptsOnReturn(moving({ nopreempt: true }), 'dr1')).toBe(false);
});

it('a stopped web server is removed after the next check and all its retries', () => {
  const [member] = service.pool;
  if (member === undefined) throw new Error('no real server');
  expect(expectedRemoval(service, member.timing)).toMatchObject({ lowMs: 9000, highMs: 15_000 });
});

it('streams outlast the slowest course of a test', () => {
  expect(longestSeconds(moving(), service, DEFAULT_OPTIONS, 3)).toBe(60 + 3 * (20 + 8 + 8 + 6 + 30));
  const slow = moving({ advert_int: 10 });
  expect(longestSeconds(slow, service, DEFAULT_OPTIONS, 3)).toBe(60 + 3 * (20 + 80 + 8 + 6 + 30));
});
