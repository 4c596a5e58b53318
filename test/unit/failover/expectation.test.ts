import { describe, expect, it } from 'vitest';
import {
  backupOf,
  expectedRemoval,
  expectedResignation,
  expectedReturnMs,
  expectedSilence,
  preemptsOnReturn,
  skewMs,
} from '../../../src/failover/expectation.ts';
import { clusterOf, directorOf } from './cluster.ts';

const cluster = clusterOf();
const [dr1, dr2] = [directorOf(cluster, 'dr1'), directorOf(cluster, 'dr2')];

describe('the arithmetic of VRRP', () => {
  it('a resignation costs the skew of the backup: 805 ms with priority 50', () => {
    expect(expectedResignation(cluster, dr2).highMs).toBeCloseTo(804.7, 1);
  });

  it('a cut cable costs three intervals and the skew, less up to one interval', () => {
    const { lowMs, highMs } = expectedSilence(cluster, dr2);
    expect([Math.round(lowMs), Math.round(highMs)]).toEqual([2805, 3805]);
  });

  it('version 2 scales one second for the skew, version 3 the interval', () => {
    const quick = clusterOf({ advert_int: 0.1 });
    expect(skewMs(quick, dr2)).toBeCloseTo(804.7, 1);
    expect(skewMs(clusterOf({ advert_int: 0.1, version: 3 }), dr2)).toBeCloseTo(80.5, 1);
  });

  it('the backup is the other director with the highest priority', () => {
    expect(backupOf(cluster, 'dr1')?.name).toBe('dr2');
    expect(backupOf({ ...cluster, directors: [dr1] }, 'dr1')).toBeUndefined();
  });

  it('the director of higher priority takes the VIP back, unless nopreempt', () => {
    expect(preemptsOnReturn(cluster, dr1)).toBe(true);
    expect(preemptsOnReturn(cluster, dr2)).toBe(false);
    expect(preemptsOnReturn(clusterOf({ nopreempt: true }), dr1)).toBe(false);
  });

  it('a return waits for preempt_delay', () => {
    expect(expectedReturnMs(clusterOf({ preempt_delay: 5 }), dr1) - expectedReturnMs(cluster, dr1)).toBe(5000);
  });
});

it('a stopped web server is removed after the next check and all its retries', () => {
  const [service] = cluster.virtualServers;
  const [member] = service?.pool ?? [];
  if (service === undefined || member === undefined) throw new Error('no service');
  expect(expectedRemoval(service, member.timing)).toMatchObject({ lowMs: 9000, highMs: 15_000 });
});
