import { describe, expect, it } from 'vitest';
import type { Scheduler, VirtualServer } from '../../../src/inventory/cluster.ts';
import { rotation } from '../../../src/verify/checks/rotation.ts';
import type { Question } from '../../../src/verify/question.ts';
import { replace } from '../../support/recorded.ts';
import { answered, clusterWith, judged } from './evidence.ts';

/** `aab.` is rs1, rs1, rs2 and no answer; `?` cannot be identified. */
const NAMES: Readonly<Record<string, string | undefined>> = { a: 'rs1', b: 'rs2', '?': '?' };
const turns = (text: string) => text.split('').map((letter) => NAMES[letter]);
const times = (a: number, b: number) => 'a'.repeat(a) + 'b'.repeat(b);

const said = (keyword: string, ...words: readonly string[]) => ({ keyword, words });

interface Case {
  readonly conf?: VirtualServer['conf'];
  readonly kind?: Question['kind'];
  readonly counted?: Readonly<Record<string, number>>;
  readonly lb_algo?: Scheduler;
  readonly persistence_timeout?: number;
  readonly weights?: readonly [number, number];
  readonly actual: string;
}

async function verdict({
  lb_algo = 'rr',
  persistence_timeout,
  weights,
  actual,
  conf = [],
  kind = 'page',
  counted,
}: Case) {
  const cluster = await clusterWith({ lb_algo, persistence_timeout, conf }, weights);
  const [result] = await judged(rotation, {
    cluster,
    client: {
      answers: [
        answered({
          sequence: turns(actual),
          kind,
          counted: counted === undefined ? undefined : new Map(Object.entries(counted)),
        }),
      ],
    },
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
    ['wlc: to one, while the other has more connections', { lb_algo: 'wlc', actual: times(0, 16) }],
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
    ['persistence without a time', { conf: [said('persistence_granularity', '255.255.255.0')], actual: times(0, 16) }],
    [
      'persistence: all of a client to one, while others go to another',
      { persistence_timeout: 50, actual: '?'.repeat(16), counted: { rs1: 17, rs2: 3 } },
    ],
    ['sh with ports: to any', { lb_algo: 'sh', conf: [said('sh-port')], actual: times(9, 7) }],
    ['rr of connections', { kind: 'connection', actual: '?'.repeat(16), counted: { rs1: 8, rs2: 8 } }],
    ['rr of datagrams', { kind: 'datagram', actual: '?'.repeat(16), counted: { rs1: 9, rs2: 8 } }],
  ])('%s', async (_name, given) => {
    expect(await verdict(given)).toMatchObject({ check: 'rotation', status: 'passed' });
  });

  it.each<readonly [string, Case]>([
    ['rr: all to one', { actual: times(16, 0) }],
    ['rr: half of them lost', { actual: 'a.'.repeat(8) }],
    ['rr: to a server of weight 0', { weights: [1, 0], actual: times(15, 1) }],
    ['wrr: the other way round', { lb_algo: 'wrr', weights: [2, 1], actual: times(8, 16) }],
    ['wrr: all to the heavy one', { lb_algo: 'wrr', weights: [2, 1], actual: times(24, 0) }],
    ['no answer, under wlc', { lb_algo: 'wlc', actual: '.'.repeat(16) }],
    ['wlc: to a server of weight 0', { lb_algo: 'wlc', weights: [1, 0], actual: times(15, 1) }],
    ['sed: to a server of weight 0', { lb_algo: 'sed', weights: [1, 0], actual: times(15, 1) }],
    ['sh: to both', { lb_algo: 'sh', actual: times(15, 1) }],
    ['persistence: to both', { persistence_timeout: 50, actual: times(8, 8) }],
    [
      'persistence: to both, as the directors count',
      { persistence_timeout: 50, actual: '?'.repeat(16), counted: { rs1: 8, rs2: 8 } },
    ],
    ['rr of connections: all to one', { kind: 'connection', actual: '?'.repeat(16), counted: { rs1: 16, rs2: 0 } }],
    ['rr of datagrams: all to one', { kind: 'datagram', actual: '?'.repeat(16), counted: { rs1: 16, rs2: 0 } }],
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

  it('and the sorry server is named where it answers', async () => {
    const result = await verdict({
      conf: [said('sorry_server', '192.168.168.110', '80')],
      actual: '?'.repeat(16),
      counted: { rs1: 0, rs2: 0, 'sorry server': 16 },
    });
    expect(result).toMatchObject({
      status: 'failed',
      actual: 'rs1 0, rs2 0, sorry server 16  (counted by the directors: identical pages)',
    });
    expect(result?.fix).toContain('The sorry server 192.168.168.110 answers');
  });

  it.each([
    ['out of the table of dr1', replace('ipvs', /^-> C0A8A867.*\n/m, '')],
    ['at weight 0 on dr1', replace('ipvs', /(A867:0050 +Route +)1/, '$10')],
  ])('and a real server that is %s has another fix', async (where, undone) => {
    const cluster = await clusterWith({});
    const client = { answers: [answered({ sequence: turns(times(16, 0)) })] };
    const [result] = await judged(rotation, { cluster, client, undone: { dr1: undone } });
    expect(result?.fix).toBe(
      `No request reached rs2: rs2 is ${where}. Start its service, and check what its health check asks for.`,
    );
  });

  it('and under wlc a real server that is out of the table is missed', async () => {
    const cluster = await clusterWith({ lb_algo: 'wlc' });
    const client = { answers: [answered({ sequence: turns(times(16, 0)) })] };
    const undone = { dr1: replace('ipvs', /^-> C0A8A867.*\n/m, '') };
    const [result] = await judged(rotation, { cluster, client, undone });
    expect(result).toMatchObject({ status: 'failed', expected: 'any of rs1, rs2 (wlc chooses by connections)' });
    expect(result?.fix).toContain('rs2 is out of the table of dr1');
  });

  it('skipped when no director counts connections', async () => {
    const result = await verdict({ kind: 'connection', actual: '?'.repeat(16), counted: { rs1: 0, rs2: 0 } });
    expect(result).toMatchObject({ status: 'skipped', fix: 'Install ipvsadm on the directors.' });
  });

  it('skipped when the pages are identical', async () => {
    expect(await verdict({ actual: '?'.repeat(16) })).toMatchObject({
      status: 'skipped',
      actual: '16 answers show no page of one real server alone, and no director counts connections',
    });
  });

  it('unproven without a client', async () => {
    expect(await judged(rotation, { client: undefined })).toEqual([]);
  });
});
