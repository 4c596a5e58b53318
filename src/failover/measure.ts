import type { Expectation } from './expectation.ts';
import { PROVEN_MS, type Seen } from './health.ts';
import type { FaultName } from './faults/faults.ts';
import { type Neighbour, neighboursOver, ownersAt, ownersOver, type OwnerSpan } from './owners.ts';
import type { UndoneBy } from './put-back.ts';
import type { FailoverReport, GapSummary, Measured, OwnedSpan, ScenarioResult } from './report.ts';
import { type Gap, gapsOf, longestGap, samplingOf, tallyOf, wholeAgainAt } from './requests.ts';

/** Observations of one scenario, from before the fault until the end of the observation; times on the local clock. */
export interface Recorded extends Seen {
  readonly fault: FaultName;
  readonly title: string;
  readonly host: string;
  readonly neighbours: readonly Neighbour[];
  /** Host names by hardware address in lower case. */
  readonly names: ReadonlyMap<string, string>;
  readonly beganAt: number;
  readonly undoneAt: number;
  readonly undoneBy: UndoneBy;
  readonly endedAt: number;
  readonly recovered: boolean;
  readonly expected: Expectation;
  /** `address:port` of the real server that stops answering; undefined where none does. */
  readonly server: string | undefined;
}

/** Evaluates the observations of a scenario. */
export function measure(seen: Recorded, maxGapMs: number | undefined): Measured {
  const { requests, beganAt, undoneAt, endedAt } = seen;
  const after = (at: number): number => Math.round(at - beganAt);
  const gaps = gapsOf(requests, beganAt, endedAt);
  const summary = (gap: Gap | undefined): GapSummary =>
    gap === undefined
      ? { fromMs: 0, toMs: 0, lengthMs: 0, open: false }
      : { fromMs: after(gap.from), toMs: after(gap.to), lengthMs: Math.round(gap.lengthMs), open: gap.open };
  const gap = summary(longestGap(gaps.filter(({ from }) => from < undoneAt)));
  const gapOnReturn = summary(longestGap(gaps.filter(({ from }) => from >= undoneAt)));
  const longestGapMs = Math.max(gap.lengthMs, gapOnReturn.lengthMs);
  const tally = tallyOf(requests, beganAt, endedAt);
  const whole = wholeAgainAt(requests, beganAt, endedAt, PROVEN_MS);
  const spans = (of: readonly OwnerSpan[]): readonly OwnedSpan[] =>
    of.map(({ owners, from, to }) => ({ owners, fromMs: after(from), toMs: after(to) }));
  const { removedAt, returnedAt } = inTable(seen);
  return {
    state: 'measured',
    fault: seen.fault,
    title: seen.title,
    host: seen.host,
    requests: tally.requests,
    failed: tally.failed,
    failing: tally.failing && { fromMs: after(tally.failing.from), toMs: after(tally.failing.to) },
    gap,
    gapOnReturn,
    longestGapMs,
    undoneAtMs: after(undoneAt),
    undoneBy: seen.undoneBy,
    wholeAgainAtMs: whole === undefined ? undefined : after(whole),
    recovered: seen.recovered,
    owners: spans(ownersOver(seen.holdings, beganAt, endedAt)),
    clientSent: spans(neighboursOver(seen.neighbours, (mac) => seen.names.get(mac) ?? mac, beganAt, endedAt)),
    removedAtMs: removedAt === undefined ? undefined : after(removedAt),
    returnedAtMs: returnedAt === undefined ? undefined : after(returnedAt),
    failedAfterRemoval: removedAt === undefined ? undefined : failedBetween(seen, removedAt, returnedAt ?? endedAt),
    expected: seen.expected,
    sampling: samplingOf(requests, beganAt, endedAt),
    verdict: verdictOf(longestGapMs, seen.recovered, maxGapMs),
  };
}

/** Counts failed requests by their start. */
function failedBetween({ requests }: Seen, from: number, to: number): number {
  return requests.filter((request) => !request.answered && request.startedAt >= from && request.startedAt < to).length;
}

/**
 * When the server left the table of the director that held the VIP then, and when it returned to that table. Other
 * directors check independently, and the one that is cut sees only itself.
 */
function inTable(seen: Recorded): { readonly removedAt: number | undefined; readonly returnedAt: number | undefined } {
  const { server, beganAt, tables } = seen;
  if (server === undefined) return { removedAt: undefined, returnedAt: undefined };
  const removed = tables.find(
    ({ at, host, servers }) =>
      at >= beganAt && servers.length > 0 && !servers.includes(server) && ownersAt(seen.holdings, at).includes(host),
  );
  const returned = tables.find(
    (table) =>
      removed !== undefined && table.host === removed.host && table.at > removed.at && table.servers.includes(server),
  );
  return { removedAt: removed?.at, returnedAt: returned?.at };
}

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
