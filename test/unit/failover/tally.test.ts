import { describe, expect, it } from 'vitest';
import { samplingOf, tallyOf, wholeAgainAt } from '../../../src/failover/requests.ts';
import { answered, failed, requests } from './stream.ts';

describe('the count of requests', () => {
  it('counts requests by their end, excluding the end of the period', () => {
    expect(tallyOf([...answered(0, 100, 20), ...failed(30, 70, 20)], 20, 100)).toEqual({
      requests: 7,
      failed: 3,
      failing: { from: 30, to: 70 },
    });
  });

  it('has no times without a failure', () => {
    expect(tallyOf(answered(0, 100, 20), 0, 100)).toEqual({ requests: 5, failed: 0, failing: undefined });
  });
});

describe('the time of recovery', () => {
  const outage = [...answered(0, 100, 20), ...failed(120, 500, 20)];

  it('is the first answer after the last failure', () => {
    expect(wholeAgainAt([...outage, ...answered(520, 2000, 20)], 0, 2000, 1000)).toBe(520);
  });

  it('is delayed by a failure among answers', () => {
    const stream = [...outage, ...answered(510, 2000, 20), ...failed(900, 900, 1)];
    expect(wholeAgainAt(stream, 0, 2000, 1000)).toBe(910);
  });

  it('is immediate when nothing failed', () => {
    expect(wholeAgainAt(answered(0, 2000, 20), 10, 2000, 1000)).toBe(10);
  });

  it('is unknown when too little time has passed without a failure', () => {
    expect(wholeAgainAt([...outage, ...answered(520, 1400, 20)], 0, 1400, 1000)).toBeUndefined();
  });

  it('is unknown when no more answers arrived', () => {
    expect(wholeAgainAt(outage, 0, 5000, 1000)).toBeUndefined();
  });
});

describe('sampling', () => {
  it('reports the achieved rate and the largest gap between starts', () => {
    const stream = [...answered(2, 402, 20), ...failed(712, 852, 20)];
    expect(samplingOf(stream, 0, 1000)).toEqual({
      requestsPerSecond: (28 / 602) * 1000,
      largestHoleMs: 62,
      medianSpacingMs: 20,
    });
  });

  it('is unknown for fewer than two requests', () => {
    expect(samplingOf(requests(5, 5, 1, true), 0, 100)).toBeUndefined();
  });
});
