import { describe, expect, it } from 'vitest';
import { type FailoverReport, renderReport } from '../../../src/failover/report.ts';
import { measured } from './measured.ts';

const report: FailoverReport = {
  ok: false,
  missed: ['cable'],
  interrupted: false,
  notCleanedUp: [],
  cluster: 'web',
  service: '192.168.168.12:80',
  client: 'c1',
  maxGapMs: 3000,
  tookMs: 40_260,
  scenarios: [
    { ...measured, verdict: 'met' },
    {
      ...measured,
      fault: 'cable',
      title: 'cable of dr1 cut (eth0 down)',
      gap: { fromMs: 10, toMs: 5010, lengthMs: 5000, open: true },
      recovered: false,
      wholeAgainAtMs: undefined,
      undoneBy: 'itself',
      verdict: 'missed',
    },
    {
      ...measured,
      fault: 'web',
      title: 'nginx stopped on rs1',
      removedAtMs: 10_950,
      returnedAtMs: 17_220,
      failedAfterRemoval: 3,
    },
    { state: 'not-run', fault: 'daemon', because: 'impossible', reason: 'keepalived does not run on dr2' },
    {
      state: 'interrupted',
      fault: 'cable',
      title: 'cable of dr1 cut (eth0 down)',
      host: 'dr1',
      reason: 'the test was interrupted',
      putBack: {
        confirmed: false,
        message: 'dr1 could not be asked (no route to host); its own timer puts it back in 7 s at the latest',
      },
    },
  ],
};

describe('the report', () => {
  it('contains all measurements', async () => {
    await expect(`${renderReport(report).join('\n')}\n`).toMatchFileSnapshot('golden/report.txt');
  });

  it('fits into 80 columns', () => {
    expect(renderReport(report).filter((line) => line.length > 80)).toEqual([]);
  });

  it.each<readonly [Partial<FailoverReport>, string]>([
    [{ interrupted: true }, 'Interrupted. The test took 40 s.'],
    [
      { interrupted: true, notCleanedUp: [{ host: 'rs2', code: 'command' }] },
      'No success: rs2 could not be cleaned up. The test took 40 s.',
    ],
    [{ missed: [], ok: true }, 'The service survived every fault. The test took 40 s.'],
    [{ missed: [] }, 'No success: 2 of 5 faults could not be measured. The test took 40 s.'],
    [
      { missed: [], scenarios: [{ ...measured, recovered: false }] },
      'No success: the cluster did not recover. The test took 40 s.',
    ],
  ])('ends with the conclusion %j', (over, last) => {
    expect(renderReport({ ...report, ...over })).toContain(last);
  });
});
