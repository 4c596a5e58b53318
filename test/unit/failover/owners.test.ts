import { describe, expect, it } from 'vitest';
import { type Holding, neighboursOver, ownersAt, ownersOver } from '../../../src/failover/owners.ts';

const holds = (at: number, host: string): Holding => ({ at, host, holds: true });
const leaves = (at: number, host: string): Holding => ({ at, host, holds: false });

describe('owners', () => {
  const failover = [holds(-500, 'dr1'), leaves(20, 'dr1'), holds(820, 'dr2')];

  it('lists the first, none and the second during a failover', () => {
    expect(ownersOver(failover, 0, 2000)).toEqual([
      { owners: ['dr1'], from: 0, to: 20 },
      { owners: [], from: 20, to: 820 },
      { owners: ['dr2'], from: 820, to: 2000 },
    ]);
  });

  it('ignores late and duplicate reports of a cut director', () => {
    const late = [holds(-500, 'dr1'), holds(820, 'dr2'), leaves(20, 'dr1'), holds(-500, 'dr1'), leaves(20, 'dr1')];
    expect(ownersOver(late, 0, 2000)).toEqual(ownersOver(failover, 0, 2000));
  });

  it('lists two simultaneous owners', () => {
    const split = [holds(-1, 'dr1'), holds(3000, 'dr2'), leaves(9000, 'dr1')];
    expect(ownersOver(split, 0, 10_000).map(({ owners }) => owners)).toEqual([['dr1'], ['dr1', 'dr2'], ['dr2']]);
  });

  it('shows no gap in an immediate hand-over', () => {
    const swap = [holds(-1, 'dr1'), leaves(50, 'dr1'), holds(50, 'dr2')];
    expect(ownersOver(swap, 0, 100).map(({ owners }) => owners)).toEqual([['dr1'], ['dr2']]);
  });

  it('has no owner without reports', () => {
    expect(ownersOver([], 0, 100)).toEqual([{ owners: [], from: 0, to: 100 }]);
  });

  it('uses the latest report of each director', () => {
    expect(ownersAt(failover, 19)).toEqual(['dr1']);
    expect(ownersAt(failover, 20)).toEqual([]);
    expect(ownersAt([leaves(5, 'dr1'), holds(1, 'dr1')], 9)).toEqual([]);
  });
});

describe('where the client sent to', () => {
  const nameOf = (mac: string): string => (mac === 'aa' ? 'dr1' : mac);

  it('begins with the address known before, and merges repeats', () => {
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

  it('is empty for a client outside the segment', () => {
    expect(neighboursOver([], nameOf, 0, 1000)).toEqual([]);
  });
});
