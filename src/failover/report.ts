import type { Failure, FailureCode } from '../failure.ts';
import { wrap } from '../text/wrap.ts';
import type { Expectation } from './expectation.ts';
import { type FaultName, faultNamed } from './faults/faults.ts';
import type { Sampling } from './requests.ts';

/** Progress of a test, in order. */
export type FailoverEvent =
  /** Faults that a killed run left behind; they have been undone. */
  | { readonly kind: 'cleaned-up'; readonly host: string; readonly faults: readonly string[] }
  | { readonly kind: 'waiting-for-health'; readonly fault: FaultName }
  /** The host undoes the fault by itself within this time, whatever happens to lvsctl. */
  | { readonly kind: 'armed'; readonly fault: FaultName; readonly host: string; readonly undoneWithinMs: number }
  | { readonly kind: 'injected'; readonly fault: FaultName; readonly title: string; readonly host: string }
  | { readonly kind: 'owners'; readonly owners: readonly string[] }
  | { readonly kind: 'putting-back'; readonly fault: FaultName; readonly host: string; readonly interrupted: boolean }
  | { readonly kind: 'put-back'; readonly fault: FaultName; readonly host: string; readonly message: string }
  | { readonly kind: 'settling'; readonly fault: FaultName }
  | { readonly kind: 'scenario'; readonly result: ScenarioResult }
  /** At the end of the test. A host with a fault keeps trying to undo it by itself. */
  | {
      readonly kind: 'clean-up-failed';
      readonly hosts: readonly { readonly host: string; readonly failure: Failure }[];
    };

/**
 * Result of a test. `ok` means that every requested fault was measured, that the service recovered from each, that all
 * hosts are restored and cleaned up, and that no gap was longer than accepted.
 */
export interface FailoverReport {
  readonly ok: boolean;
  /** Faults whose longest gap exceeds `maxGapMs`. Only these miss the objective. */
  readonly missed: readonly FaultName[];
  /** The run was interrupted. Each scenario says whether its fault was undone. */
  readonly interrupted: boolean;
  /** Hosts that may still have a fault, or files and timers of the test, with the reason. */
  readonly notCleanedUp: readonly { readonly host: string; readonly code: FailureCode }[];
  readonly cluster: string;
  /** The virtual server of the requests, with its `address:port` where that is not its name. */
  readonly service: string;
  readonly client: string;
  readonly maxGapMs: number | undefined;
  readonly tookMs: number;
  readonly scenarios: readonly ScenarioResult[];
}

export type ScenarioResult = Measured | NotRun | Broken;

/** The fault was injected and the cluster observed until it had recovered. Times are milliseconds after the fault began. */
export interface Measured {
  readonly state: 'measured';
  readonly fault: FaultName;
  readonly title: string;
  readonly host: string;
  readonly requests: number;
  readonly failed: number;
  /** From the first to the last failed request; undefined when none failed. */
  readonly failing: Span | undefined;
  /** The longest time between two answers during the fault, and after it was undone; 0 without two answers. */
  readonly gap: GapSummary;
  readonly gapOnReturn: GapSummary;
  readonly longestGapMs: number;
  readonly undoneAtMs: number;
  readonly undoneBy: 'lvsctl' | 'itself' | 'timer';
  /** The first answer after which no request failed; undefined when there is none. */
  readonly wholeAgainAtMs: number | undefined;
  /** Whether owner, table and answers were as before at the end. */
  readonly recovered: boolean;
  /** As the directors report, and by the hardware address that the client sent to. */
  readonly owners: readonly OwnedSpan[];
  readonly clientSent: readonly OwnedSpan[];
  /** When a real server left and rejoined the table of the forwarding director; undefined where not seen. */
  readonly removedAtMs: number | undefined;
  readonly returnedAtMs: number | undefined;
  /**
   * Failed requests that started after the server had left the table; undefined where that was not seen. A director keeps
   * entries of unanswered connections for a minute and drops packets from the same client port, unless its
   * net.ipv4.vs.expire_nodest_conn is 1.
   */
  readonly failedAfterRemoval: number | undefined;
  readonly expected: Expectation;
  readonly sampling: Sampling | undefined;
  /** Compares with `maxGapMs`; undefined without an objective. */
  readonly verdict: 'met' | 'missed' | undefined;
}

export interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface GapSummary extends Span {
  readonly lengthMs: number;
  /** No answer followed before the end of the measurement. */
  readonly open: boolean;
}

export interface OwnedSpan extends Span {
  readonly owners: readonly string[];
}

/** Nothing was broken. */
export interface NotRun {
  readonly state: 'not-run';
  readonly fault: FaultName;
  /** The cluster was not healthy, the fault is impossible here, or the test had ended. */
  readonly because: 'unhealthy' | 'impossible' | 'ended';
  readonly reason: string;
}

/** The fault was, or may have been, injected, and could not be measured to the end. */
export interface Broken {
  readonly state: 'interrupted' | 'failed';
  readonly fault: FaultName;
  readonly title: string;
  readonly host: string;
  readonly reason: string;
  readonly putBack: PutBack;
}

/** Result of the undo. */
export interface PutBack {
  /** True when the host confirmed it. */
  readonly confirmed: boolean;
  readonly message: string;
}

const WIDTH = 80;
const LABEL = 16;

/** Renders a report for people, in lines of at most 80 columns unless a word is longer. */
export function renderReport(report: FailoverReport): readonly string[] {
  const limit = report.maxGapMs === undefined ? '' : `, no gap longer than ${report.maxGapMs} ms`;
  return [
    ...wrap(
      `Failover test of ${report.cluster}: requests from ${report.client} to ${report.service}${limit}`,
      0,
      WIDTH,
    ),
    ...report.scenarios.flatMap((scenario) => ['', ...scenarioLines(scenario)]),
    '',
    ...wrap(conclusion(report), 0, WIDTH),
  ];
}

function scenarioLines(scenario: ScenarioResult): readonly string[] {
  switch (scenario.state) {
    case 'measured':
      return measuredLines(scenario);
    case 'not-run':
      return wrap(`${scenario.fault}: not run: ${scenario.reason}`, 2, WIDTH);
    case 'interrupted':
    case 'failed':
      return [
        ...wrap(`${scenario.fault}: ${scenario.title}: ${scenario.state}: ${scenario.reason}`, 2, WIDTH),
        ...field('restored', scenario.putBack.message),
      ];
  }
}

function measuredLines(it: Measured): readonly string[] {
  const verdict = it.verdict === undefined ? '' : ` [${it.verdict}]`;
  const failing = it.failing === undefined ? '' : `, from ${seconds(it.failing.fromMs)} to ${seconds(it.failing.toMs)}`;
  const failures =
    it.wholeAgainAtMs === undefined
      ? 'requests failed to the end'
      : `no request failed after ${seconds(it.wholeAgainAtMs)}`;
  const by = { lvsctl: 'by lvsctl', itself: 'by itself', timer: "by the host's timer" }[it.undoneBy];
  return [
    ...wrap(`${it.fault}: ${it.title}${verdict}`, 2, WIDTH),
    ...field('longest gap', gap(it.gap)),
    ...field('on return', gap(it.gapOnReturn)),
    ...field('requests', `${it.requests}, of which ${it.failed} failed${failing}`),
    ...field(faultNamed(it.fault).effect === 'removal' ? 'removal expected' : 'gap expected', expectation(it.expected)),
    ...table(it),
    ...field('owner', spans(it.owners)),
    ...(it.clientSent.length === 0 ? [] : field('client sent to', spans(it.clientSent))),
    ...field('restored', `at ${seconds(it.undoneAtMs)}, ${by}; ${failures}`),
    ...(it.recovered ? [] : field('not recovered', 'owner, table or answers differ from before')),
    ...sampling(it),
  ];
}

function table({ removedAtMs, returnedAtMs, failedAfterRemoval }: Measured): readonly string[] {
  if (removedAtMs === undefined) return [];
  const back = returnedAtMs === undefined ? '' : `, added again at ${seconds(returnedAtMs)}`;
  const still = failedAfterRemoval === undefined ? '' : `; ${failedAfterRemoval} requests failed meanwhile`;
  return field('in the table', `removed at ${seconds(removedAtMs)}${back}${still}`);
}

function sampling({ sampling: measured }: Measured): readonly string[] {
  if (measured === undefined) return [];
  const rate = measured.requestsPerSecond.toFixed(0);
  return field('resolution', `${rate} requests/s, at most ${Math.round(measured.largestHoleMs)} ms apart`);
}

function gap({ lengthMs, fromMs, open }: GapSummary): string {
  return `${seconds(lengthMs)} from ${seconds(fromMs)}${open ? ', still open at the end' : ''}`;
}

function expectation({ lowMs, highMs, because }: Expectation): string {
  const range = lowMs === highMs ? seconds(lowMs) : `${seconds(lowMs)} to ${seconds(highMs)}`;
  return `${range} (${because})`;
}

/** Spans in order, each with its end: "dr1 until 0.02 s, none until 0.83 s, dr2". */
function spans(all: readonly OwnedSpan[]): string {
  return all
    .map(({ owners, toMs }, index) => {
      const who = owners.length === 0 ? 'none' : owners.join(' and ');
      return index === all.length - 1 ? who : `${who} until ${seconds(toMs)}`;
    })
    .join(', ');
}

function conclusion({ ok, missed, interrupted, notCleanedUp, scenarios, tookMs }: FailoverReport): string {
  const took = `The test took ${(tookMs / 1000).toFixed(0)} s.`;
  if (notCleanedUp.length > 0)
    return `No success: ${notCleanedUp.map(({ host }) => host).join(', ')} could not be cleaned up. ${took}`;
  if (interrupted) return `Interrupted. ${took}`;
  if (missed.length > 0) return `Objective missed: ${missed.join(', ')}. ${took}`;
  if (ok) return `The service survived every fault. ${took}`;
  const unmeasured = scenarios.filter(({ state }) => state !== 'measured').length;
  if (unmeasured > 0) return `No success: ${unmeasured} of ${scenarios.length} faults could not be measured. ${took}`;
  return `No success: the cluster did not recover. ${took}`;
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;

function field(label: string, text: string): readonly string[] {
  const [first = '', ...rest] = wrap(text, 0, WIDTH - LABEL - 3);
  return [`  ${label.padEnd(LABEL)} ${first}`, ...rest.map((line) => `${' '.repeat(LABEL + 3)}${line}`)];
}
