import type { FailoverReport, Measured, ScenarioResult } from './report.ts';

/**
 * The objective is about being served at all: in every scenario, including a stopped web server, the longest time between
 * two answers must not exceed the limit. Requests that fail while others are answered do not count, because a client that
 * retries is served; they are reported. A service that has not recovered at the end has an open gap and misses every
 * objective.
 */
export function verdictOf(longestGapMs: number, recovered: boolean, maxGapMs: number | undefined): Measured['verdict'] {
  if (maxGapMs === undefined) return undefined;
  return recovered && longestGapMs <= maxGapMs ? 'met' : 'missed';
}

/** Summarizes scenarios. A requested fault that was not injected is no success, nor is a host that was not cleaned up. */
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
