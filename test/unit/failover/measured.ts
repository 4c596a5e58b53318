import type { Measured } from '../../../src/failover/report.ts';

/** A stopped daemon, as a lab measured it. */
export const measured: Measured = {
  state: 'measured',
  fault: 'daemon',
  title: 'keepalived stopped on dr1',
  host: 'dr1',
  requests: 296,
  failed: 34,
  failing: { fromMs: 350, toMs: 1150 },
  gap: { fromMs: 70, toMs: 910, lengthMs: 840, open: false },
  gapOnReturn: { fromMs: 4130, toMs: 4180, lengthMs: 50, open: false },
  longestGapMs: 840,
  undoneAtMs: 2250,
  undoneBy: 'lvsctl',
  wholeAgainAtMs: 1150,
  recovered: true,
  owners: [
    { owners: ['dr1'], fromMs: 0, toMs: 90 },
    { owners: [], fromMs: 90, toMs: 900 },
    { owners: ['dr2'], fromMs: 900, toMs: 6060 },
    { owners: ['dr1', 'dr2'], fromMs: 6060, toMs: 6070 },
    { owners: ['dr1'], fromMs: 6070, toMs: 6110 },
  ],
  clientSent: [
    { owners: ['dr1'], fromMs: 0, toMs: 900 },
    { owners: ['dr2'], fromMs: 900, toMs: 6110 },
  ],
  removedAtMs: undefined,
  returnedAtMs: undefined,
  failedAfterRemoval: undefined,
  expected: { lowMs: 804.7, highMs: 804.7, because: 'skew of dr2, (256 − 50)/256' },
  sampling: { requestsPerSecond: 48.7, largestHoleMs: 76, medianSpacingMs: 20 },
  verdict: undefined,
};
