import { describe, expect, it } from 'vitest';
import { measure, type Recorded } from '../../../src/failover/measure.ts';
import { answered, failed } from './stream.ts';

const failover: Recorded = {
  fault: 'daemon',
  title: 'keepalived stopped on dr1',
  host: 'dr1',
  requests: [...answered(8000, 10_040, 20), ...failed(10_060, 10_840, 20), ...answered(10_860, 16_000, 20)],
  holdings: [
    { at: 8000, host: 'dr1', holds: true },
    { at: 10_050, host: 'dr1', holds: false },
    { at: 10_850, host: 'dr2', holds: true },
    { at: 14_000, host: 'dr2', holds: false },
    { at: 14_000, host: 'dr1', holds: true },
  ],
  tables: [],
  neighbours: [
    { at: 8000, mac: 'aa' },
    { at: 10_851, mac: 'bb' },
  ],
  names: new Map([['aa', 'dr1']]),
  beganAt: 10_000,
  undoneAt: 13_000,
  undoneBy: 'lvsctl',
  endedAt: 16_000,
  recovered: true,
  expected: { lowMs: 805, highMs: 805, because: 'skew' },
  server: undefined,
};

describe('the measurement of a failover', () => {
  const result = measure(failover, 1000);

  it('counts all times from the beginning of the fault', () => {
    expect(result).toMatchObject({
      gap: { fromMs: 40, toMs: 860, lengthMs: 820, open: false },
      gapOnReturn: { lengthMs: 20 },
      longestGapMs: 820,
      failed: 40,
      failing: { fromMs: 60, toMs: 840 },
      undoneAtMs: 3000,
      wholeAgainAtMs: 860,
      verdict: 'met',
    });
  });

  it('reports owners as seen by the directors and by the client', () => {
    expect(result.owners.map(({ owners, toMs }) => [owners.join(), toMs])).toEqual([
      ['dr1', 50],
      ['', 850],
      ['dr2', 4000],
      ['dr1', 6000],
    ]);
    expect(result.clientSent.map(({ owners }) => owners.join())).toEqual(['dr1', 'bb']);
  });

  it('attributes a gap after the undo to the return', () => {
    const late = [...answered(8000, 14_000, 20), ...answered(15_000, 16_000, 20)];
    expect(measure({ ...failover, requests: late }, 500)).toMatchObject({
      gap: { lengthMs: 20 },
      gapOnReturn: { lengthMs: 1000 },
      verdict: 'missed',
    });
  });

  it('reports one open gap when there is no answer at all', () => {
    expect(measure({ ...failover, requests: failed(9000, 16_000, 20), recovered: false }, undefined)).toMatchObject({
      gap: { fromMs: 0, toMs: 6000, open: true },
      gapOnReturn: { lengthMs: 0 },
      wholeAgainAtMs: undefined,
    });
  });
});

describe('a stopped web server', () => {
  const both = ['a:80', 'b:80'];
  const web: Recorded = {
    ...failover,
    fault: 'web',
    requests: [...answered(8000, 16_000, 40), ...failed(10_020, 12_260, 40)],
    holdings: [{ at: 8000, host: 'dr1', holds: true }],
    tables: [
      { at: 8000, host: 'dr1', servers: both },
      { at: 8000, host: 'dr2', servers: both },
      { at: 12_000, host: 'dr1', servers: ['b:80'] },
      { at: 10_500, host: 'dr2', servers: ['b:80'] },
      { at: 14_000, host: 'dr2', servers: both },
      { at: 14_500, host: 'dr1', servers: both },
    ],
    server: 'a:80',
  };

  it('leaves and rejoins the table of the forwarding director', () => {
    expect(measure(web, 1000)).toMatchObject({ removedAtMs: 2000, returnedAtMs: 4500, verdict: 'met' });
  });

  it('causes failed requests but no gap; those after its removal are counted separately', () => {
    expect(measure(web, 1000)).toMatchObject({ longestGapMs: 40, failed: 57, failedAfterRemoval: 1 });
  });

  it('that never leaves the table has no such times', () => {
    expect(measure({ ...web, tables: [] }, 1000)).toMatchObject({
      removedAtMs: undefined,
      returnedAtMs: undefined,
      failedAfterRemoval: undefined,
    });
  });

  it('is missed by the director that took over where a cut director was a real server too', () => {
    const cut: Recorded = {
      ...web,
      fault: 'cable',
      holdings: failover.holdings,
      tables: [
        { at: 8000, host: 'dr1', servers: both },
        { at: 8000, host: 'dr2', servers: both },
        { at: 10_400, host: 'dr2', servers: ['b:80'] },
        { at: 10_900, host: 'dr1', servers: ['a:80'] },
        { at: 10_950, host: 'dr2', servers: [] },
        { at: 11_500, host: 'dr2', servers: ['b:80'] },
        { at: 14_500, host: 'dr2', servers: both },
      ],
    };
    expect(measure(cut, undefined)).toMatchObject({ removedAtMs: 1500, returnedAtMs: 4500 });
  });
});
