import { describe, expect, it } from 'vitest';
import { gapsOf, longestGap } from '../../../src/failover/requests.ts';
import { answered, failed } from './stream.ts';

describe('gaps', () => {
  it('measures an outage from the last answer before the fault to the first one after it', () => {
    const requests = [...answered(0, 100, 20), ...failed(120, 800, 20), ...answered(820, 1000, 20)];
    expect(longestGap(gapsOf(requests, 110, 1000))).toEqual({ from: 100, to: 820, lengthMs: 720, open: false });
  });

  it('ignores failed requests between answers', () => {
    const requests = [...answered(0, 1000, 40), ...failed(20, 1000, 40)];
    expect(longestGap(gapsOf(requests, 0, 1000))?.lengthMs).toBe(40);
  });

  it('returns one open gap without any answer', () => {
    expect(gapsOf(failed(0, 500, 20), 0, 500)).toEqual([{ from: 0, to: 500, lengthMs: 500, open: true }]);
    expect(gapsOf([], 0, 500)).toEqual([{ from: 0, to: 500, lengthMs: 500, open: true }]);
  });

  it('leaves a gap open when the stream ends early', () => {
    const gap = longestGap(gapsOf(answered(0, 300, 20), 100, 900));
    expect(gap).toEqual({ from: 300, to: 900, lengthMs: 600, open: true });
  });

  it('orders answers by completion', () => {
    const [slow, quick] = [
      { startedAt: 0, endedAt: 200, answered: true },
      { startedAt: 20, endedAt: 25, answered: true },
    ];
    expect(gapsOf([slow, quick], 0, 200).map(({ lengthMs }) => lengthMs)).toEqual([25, 175]);
  });

  it('finds no gap between simultaneous answers, and prefers the first of equal gaps', () => {
    const at = (endedAt: number) => ({ startedAt: endedAt, endedAt, answered: true });
    const gaps = gapsOf([at(0), at(0), at(50), at(50), at(100)], 0, 100);
    expect(gaps.map(({ from, to }) => [from, to])).toEqual([
      [0, 50],
      [50, 100],
    ]);
    expect(longestGap(gaps)?.from).toBe(0);
  });

  it('finds no gap in an empty period', () => {
    expect(longestGap(gapsOf([], 5, 5))).toBeUndefined();
  });
});
