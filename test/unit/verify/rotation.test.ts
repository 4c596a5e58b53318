import { describe, expect, it } from 'vitest';
import type { Scheduler } from '../../../src/inventory/cluster.ts';
import { rotation } from '../../../src/verify/checks/rotation.ts';
import { answered, clusterWith, judged } from './evidence.ts';

/** `aab.` is rs1, rs1, rs2 and no answer; `?` cannot be identified. */
const NAMES: Readonly<Record<string, string | undefined>> = { a: 'rs1', b: 'rs2', '?': '?' };
const turns = (text: string) => text.split('').map((letter) => NAMES[letter]);
const times = (a: number, b: number) => 'a'.repeat(a) + 'b'.repeat(b);

interface Case {
  readonly lb_algo?: Scheduler;
  readonly persistence_timeout?: number;
  readonly weights?: readonly [number, number];
  readonly actual: string;
}

async function verdict({ lb_algo = 'rr', persistence_timeout, weights, actual }: Case) {
  const cluster = await clusterWith({ lb_algo, persistence_timeout }, weights);
  const [result] = await judged(rotation, {
    cluster,
    client: { answers: [answered({ sequence: turns(actual) })], neighbours: [] },
  });
  return result;
}

describe('requests rotate', () => {
  it('is not judged from fewer requests than there are real servers', async () => {
    expect(await verdict({ actual: 'a' })).toMatchObject({ status: 'skipped' });
  });

  it.each<readonly [string, Case]>([
    ['rr: in turn', { actual: 'ab'.repeat(8) }],
    ['rr: in turn, whatever the weights', { weights: [5, 1], actual: 'ab'.repeat(8) }],
    ['rr: while other clients take their turns', { actual: times(10, 6) }],
    ['rr: past a server of weight 0', { weights: [1, 0], actual: times(16, 0) }],
    ['wrr: by weight', { lb_algo: 'wrr', weights: [2, 1], actual: times(16, 8) }],
    ['wrr: with a weight that others dwarf', { lb_algo: 'wrr', weights: [100, 1], actual: times(396, 4) }],
    ['wlc: somehow', { lb_algo: 'wlc', actual: times(14, 2) }],
    [
      'wlc: never to a server whose share is too small to be seen',
      { lb_algo: 'wlc', weights: [100, 1], actual: times(16, 0) },
    ],
    ['lc: somehow', { lb_algo: 'lc', actual: times(8, 8) }],
    ['sed: one at a time, always to the first idle server', { lb_algo: 'sed', actual: times(16, 0) }],
    ['nq: one at a time, always to the first idle server', { lb_algo: 'nq', actual: times(0, 16) }],
    ['sh: all of a client to one', { lb_algo: 'sh', actual: times(0, 16) }],
    ['mh: all of a client to one', { lb_algo: 'mh', actual: times(16, 0) }],
    ['persistence: all of a client to one', { persistence_timeout: 50, actual: times(16, 0) }],
  ])('%s', async (_name, given) => {
    expect(await verdict(given)).toMatchObject({ check: 'rotation', status: 'passed' });
  });

  it.each<readonly [string, Case]>([
    ['rr: all to one', { actual: times(16, 0) }],
    ['rr: half of them lost', { actual: 'a.'.repeat(8) }],
    ['rr: to a server of weight 0', { weights: [1, 0], actual: times(15, 1) }],
    ['wrr: the other way round', { lb_algo: 'wrr', weights: [2, 1], actual: times(8, 16) }],
    ['wrr: all to the heavy one', { lb_algo: 'wrr', weights: [2, 1], actual: times(24, 0) }],
    ['wlc: one of them never', { lb_algo: 'wlc', actual: times(16, 0) }],
    ['sed: to a server of weight 0', { lb_algo: 'sed', weights: [1, 0], actual: times(15, 1) }],
    ['sh: to both', { lb_algo: 'sh', actual: times(15, 1) }],
    ['persistence: to both', { persistence_timeout: 50, actual: times(8, 8) }],
    ['no answer', { actual: '.'.repeat(16) }],
    ['no answer, under sed', { lb_algo: 'sed', actual: '.'.repeat(16) }],
    ['no answer, under sh', { lb_algo: 'sh', actual: '.'.repeat(16) }],
    ['every weight is 0', { weights: [0, 0], actual: '.'.repeat(16) }],
  ])('wrongly, and it is seen: %s', async (_name, given) => {
    const result = await verdict(given);
    expect(result).toMatchObject({ check: 'rotation', status: 'failed' });
    expect(result?.fix).toBeDefined();
  });

  it('and who is never reached is named', async () => {
    const result = await verdict({ actual: times(16, 0) });
    expect(result).toMatchObject({
      expected: 'rs1 8, rs2 8',
      actual: 'rs1 16, rs2 0  (rs1 rs1 rs1 rs1 rs1 rs1 rs1 rs1 …)',
    });
    expect(result?.fix).toContain('No request reached rs2');
  });

  it('skipped when the pages are identical', async () => {
    expect(await verdict({ actual: '?'.repeat(16) })).toMatchObject({
      status: 'skipped',
      actual: '16 answers have identical pages, and no director counts connections',
    });
  });

  it('unproven without a client', async () => {
    expect(await judged(rotation, { client: undefined })).toEqual([]);
  });
});
