import { describe, expect, it } from 'vitest';
import { gapsOf, longestGap } from '../../../src/failover/requests.ts';
import { answered, failed } from './stream.ts';

describe('gaps', () => {
  it('an outage is measured from the last answer before the fault to the first answer after it', () => {
    const requests = [...answered(0, 100, 20), ...failed(120, 800, 20), ...answered(820, 1000, 20)];
    expect(longestGap(gapsOf(requests, 110, 1000))).toEqual({ from: 100, to: 820, lengthMs: 720, open: false });
  });

  it('failed requests between answers make no gap longer than the spacing', () => {
    const requests = [...answered(0, 1000, 40), ...failed(20, 1000, 40)];
    expect(longestGap(gapsOf(requests, 0, 1000))?.lengthMs).toBe(40);
  });

  it('without any answer the whole time is one open gap', () => {
    expect(gapsOf(failed(0, 500, 20), 0, 500)).toEqual([{ from: 0, to: 500, lengthMs: 500, open: true }]);
    expect(gapsOf([], 0, 500)).toEqual([{ from: 0, to: 500, lengthMs: 500, open: true }]);
  });

  it('a stream that ends early leaves an open gap up to the end', () => {
    const gap = longestGap(gapsOf(answered(0, 300, 20), 100, 900));
    expect(gap).toEqual({ from: 300, to: 900, lengthMs: 600, open: true });
  });

  it('answers count in the order in which they were complete', () => {
    const [slow, quick] = [
      { startedAt: 0, endedAt: 200, answered: true },
      { startedAt: 20, endedAt: 25, answered: true },
    ];
    expect(gapsOf([slow, quick], 0, 200).map(({ lengthMs }) => lengthMs)).toEqual([25, 175]);
  });

  it('two answers at the same moment make no gap, and of two equal gaps the first is the longest', () => {
    const at = (endedAt: number) => ({ startedAt: endedAt, endedAt, answered: true });
    const gaps = gapsOf([at(0), at(0), at(50), at(50), at(100)], 0, 100);
    expect(gaps.map(({ from, to }) => [from, to])).toEqual([
      [0, 50],
      [50, 100],
    ]);
    expect(longestGap(gaps)?.from).toBe(0);
  });

  it('a time of no length has no gap', () => {
    expect(longestGap(gapsOf([], 5, 5))).toBeUndefined();
  });
});
