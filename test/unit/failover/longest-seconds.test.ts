import { expect, it } from 'vitest';
import { longestSeconds } from '../../../src/failover/expectation.ts';
import { DEFAULT_OPTIONS } from '../../../src/failover/options.ts';
import { clusterOf } from './cluster.ts';

it('streams outlast the slowest course of a test', () => {
  const cluster = clusterOf();
  const [service] = cluster.virtualServers;
  if (service === undefined) throw new Error('no service');
  expect(longestSeconds(cluster, service, DEFAULT_OPTIONS)).toBe(60 + 3 * (20 + 12 + 9 + 30));
  const slow = clusterOf({ advert_int: 10 });
  expect(longestSeconds(slow, service, DEFAULT_OPTIONS)).toBe(60 + 3 * (20 + 80 + 8 + 30));
});
