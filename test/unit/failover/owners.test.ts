import { describe, expect, it } from 'vitest';
import { type Holding, neighboursOver, ownersAt, ownersOver } from '../../../src/failover/owners.ts';

const holds = (at: number, host: string): Holding => ({ at, host, holds: true });
const leaves = (at: number, host: string): Holding => ({ at, host, holds: false });

describe('owners', () => {
  const failover = [holds(-500, 'dr1'), leaves(20, 'dr1'), holds(820, 'dr2')];

  it('a failover is: the first, none, the second', () => {
    expect(ownersOver(failover, 0, 2000)).toEqual([
      { owners: ['dr1'], from: 0, to: 20 },
      { owners: [], from: 20, to: 820 },
      { owners: ['dr2'], from: 820, to: 2000 },
    ]);
  });

  it('late and duplicate reports of a cut director change nothing', () => {
    const late = [holds(-500, 'dr1'), holds(820, 'dr2'), leaves(20, 'dr1'), holds(-500, 'dr1'), leaves(20, 'dr1')];
    expect(ownersOver(late, 0, 2000)).toEqual(ownersOver(failover, 0, 2000));
  });

  it('two owners at a time are shown as two', () => {
    const split = [holds(-1, 'dr1'), holds(3000, 'dr2'), leaves(9000, 'dr1')];
    expect(ownersOver(split, 0, 10_000).map(({ owners }) => owners)).toEqual([['dr1'], ['dr1', 'dr2'], ['dr2']]);
  });

  it('an immediate hand-over has no gap', () => {
    const swap = [holds(-1, 'dr1'), leaves(50, 'dr1'), holds(50, 'dr2')];
    expect(ownersOver(swap, 0, 100).map(({ owners }) => owners)).toEqual([['dr1'], ['dr2']]);
  });

  it('without reports there is no owner', () => {
    expect(ownersOver([], 0, 100)).toEqual([{ owners: [], from: 0, to: 100 }]);
  });

  it('who owns now is the last word of each', () => {
    expect(ownersAt(failover, 19)).toEqual(['dr1']);
    expect(ownersAt(failover, 20)).toEqual([]);
    expect(ownersAt([leaves(5, 'dr1'), holds(1, 'dr1')], 9)).toEqual([]);
  });
});

describe('where the client sent to', () => {
  const nameOf = (mac: string): string => (mac === 'aa' ? 'dr1' : mac);

  it('the address known before begins the time, and repeats are one span', () => {
    const seen = [
      { at: -100, mac: 'aa' },
      { at: 40, mac: 'aa' },
      { at: 800, mac: 'bb' },
    ];
    expect(neighboursOver(seen, nameOf, 0, 1000)).toEqual([
      { owners: ['dr1'], from: 0, to: 800 },
      { owners: ['bb'], from: 800, to: 1000 },
    ]);
  });

  it('a client that is not on the segment saw nothing', () => {
    expect(neighboursOver([], nameOf, 0, 1000)).toEqual([]);
  });
});
