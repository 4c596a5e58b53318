import { describe, expect, it } from 'vitest';
import type { Measured, ScenarioResult } from '../../../src/failover/report.ts';
import { summaryOf, verdictOf } from '../../../src/failover/measure.ts';
import { measured } from './measured.ts';

describe('the contract', () => {
  it('a gap of just the limit meets it, one more misses it', () => {
    expect(verdictOf(1000, true, 1000)).toBe('met');
    expect(verdictOf(1001, true, 1000)).toBe('missed');
  });

  it('a service that was not whole again misses any', () => {
    expect(verdictOf(0, false, 60_000)).toBe('missed');
  });

  it('nothing was asked: no verdict', () => {
    expect(verdictOf(60_000, false, undefined)).toBeUndefined();
  });
});

describe('the whole', () => {
  const good: Measured = { ...measured, verdict: 'met' };
  const late: Measured = { ...measured, fault: 'cable', verdict: 'missed' };
  const notRun: ScenarioResult = { state: 'not-run', fault: 'web', because: 'ended', reason: 'x' };

  it('is a success when all was tried and met', () => {
    expect(summaryOf([good], false, true)).toEqual({ ok: true, missed: [] });
  });

  it('names what was missed', () => {
    expect(summaryOf([good, late], false, true)).toEqual({ ok: false, missed: ['cable'] });
  });

  it('is no success, and nothing missed, when a fault was not tried or the run was interrupted', () => {
    expect(summaryOf([good, notRun], false, true)).toEqual({ ok: false, missed: [] });
    expect(summaryOf([good], true, true)).toEqual({ ok: false, missed: [] });
    expect(summaryOf([], false, true)).toEqual({ ok: false, missed: [] });
  });

  it('is no success when a host was not cleaned up', () => {
    expect(summaryOf([good], false, false)).toEqual({ ok: false, missed: [] });
  });

  it('is no success when the cluster did not recover, even when nothing was asked', () => {
    expect(summaryOf([{ ...measured, recovered: false }], false, true)).toEqual({ ok: false, missed: [] });
  });
});
