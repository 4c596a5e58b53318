import type { FailoverReport, GapSummary, Measured, OwnedSpan, ScenarioResult } from './report.ts';
import { wrap } from '../text/wrap.ts';
import type { Expectation } from './expectation.ts';

const WIDTH = 80;
const LABEL = 16;

/** Renders a report for people, in lines of at most 80 columns unless a word is longer. */
export function renderReport(report: FailoverReport): readonly string[] {
  const limit = report.maxGapMs === undefined ? '' : `, no gap longer than ${report.maxGapMs} ms`;
  return [
    ...wrap(`Failover test of ${report.cluster}: ${report.service} asked from ${report.client}${limit}`, 0, WIDTH),
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
        ...field('put back', scenario.putBack.message),
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
    ...field(it.fault === 'web' ? 'removal expected' : 'gap expected', expectation(it.expected)),
    ...table(it),
    ...field('owner', spans(it.owners)),
    ...(it.clientSent.length === 0 ? [] : field('client sent to', spans(it.clientSent))),
    ...field('put back', `at ${seconds(it.undoneAtMs)}, ${by}; ${failures}`),
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

/** Spans in order, each with its end: "dr1 until 0.02 s, nobody until 0.83 s, dr2". */
function spans(all: readonly OwnedSpan[]): string {
  return all
    .map(({ owners, toMs }, index) => {
      const who = owners.length === 0 ? 'nobody' : owners.join(' and ');
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
