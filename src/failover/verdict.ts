import type { FailoverReport, Measured, ScenarioResult } from './report.ts';

/**
 * The contract is about being served at all: in every scenario, a stopped web server included, the longest time
 * between two answered requests must not be longer than accepted. Requests that fail while others are answered do not
 * break it, for a client that asks again is served; they are counted and shown. A service that was not whole again in
 * the end has a gap that is still open, and misses every objective.
 */
export function verdictOf(longestGapMs: number, recovered: boolean, maxGapMs: number | undefined): Measured['verdict'] {
  if (maxGapMs === undefined) return undefined;
  return recovered && longestGapMs <= maxGapMs ? 'met' : 'missed';
}

/** The whole from its parts. A fault that was requested and not tried is no success, nor is a host that was not cleaned up. */
export function summaryOf(
  scenarios: readonly ScenarioResult[],
  interrupted: boolean,
  cleanedUp: boolean,
): Pick<FailoverReport, 'ok' | 'missed'> {
  const measured = scenarios.filter((each) => each.state === 'measured');
  const missed = measured.filter(({ verdict }) => verdict === 'missed').map(({ fault }) => fault);
  const recovered = measured.length === scenarios.length && measured.every((each) => each.recovered);
  return { ok: !interrupted && cleanedUp && recovered && missed.length === 0 && scenarios.length > 0, missed };
}
