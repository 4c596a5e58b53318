import { describe, expect, it } from 'vitest';
import type { Measured, ScenarioResult } from '../../../src/failover/report.ts';
import { summaryOf, verdictOf } from '../../../src/failover/measure.ts';
import { measured } from './measured.ts';

describe('the objective', () => {
  it('a gap equal to the limit meets the objective, a longer one misses it', () => {
    expect(verdictOf(1000, true, 1000)).toBe('met');
    expect(verdictOf(1001, true, 1000)).toBe('missed');
  });

  it('a service that has not recovered misses any objective', () => {
    expect(verdictOf(0, false, 60_000)).toBe('missed');
  });

  it('there is no verdict without an objective', () => {
    expect(verdictOf(60_000, false, undefined)).toBeUndefined();
  });
});

describe('a whole test', () => {
  const good: Measured = { ...measured, verdict: 'met' };
  const late: Measured = { ...measured, fault: 'cable', verdict: 'missed' };
  const notRun: ScenarioResult = { state: 'not-run', fault: 'web', because: 'ended', reason: 'x' };

  it('succeeds when all faults were measured and met the objective', () => {
    expect(summaryOf([good], false, true)).toEqual({ ok: true, missed: [] });
  });

  it('lists the faults that missed it', () => {
    expect(summaryOf([good, late], false, true)).toEqual({ ok: false, missed: ['cable'] });
  });

  it('does not succeed when a fault was not injected or the run was interrupted', () => {
    expect(summaryOf([good, notRun], false, true)).toEqual({ ok: false, missed: [] });
    expect(summaryOf([good], true, true)).toEqual({ ok: false, missed: [] });
    expect(summaryOf([], false, true)).toEqual({ ok: false, missed: [] });
  });

  it('does not succeed when a host was not cleaned up', () => {
    expect(summaryOf([good], false, false)).toEqual({ ok: false, missed: [] });
  });

  it('does not succeed when the cluster did not recover, even without an objective', () => {
    expect(summaryOf([{ ...measured, recovered: false }], false, true)).toEqual({ ok: false, missed: [] });
  });
});
