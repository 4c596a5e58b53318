import { deadline } from '../remote/deadline.ts';
import { onAbort } from '../remote/on-abort.ts';
import { askClient } from '../verify/ask.ts';
import type { CheckResult, Evidence } from '../verify/check.ts';
import { evidenceOf } from '../verify/evidence.ts';
import { type Takeover, takeoversDue } from '../verify/takeover.ts';
import { judge } from '../verify/verify.ts';
import type { Report } from './event.ts';
import { pause } from './pause.ts';
import { plan } from './plan.ts';
import type { Session } from './session.ts';

/** For a connection to a host that was lost. */
const SHORTEST_MS = 2000;

export interface VerifyOptions {
  /** Seconds to wait for an election or health check in progress; 0 checks once. */
  readonly waitSeconds: number;
  readonly report: Report;
  readonly signal: AbortSignal;
}

/**
 * Verifies the cluster; retries until all checks pass and no director is about to take over, or the time is over.
 * @throws Failure `interrupted`
 */
export async function verify(session: Session, options: VerifyOptions): Promise<readonly CheckResult[]> {
  const { report, signal, waitSeconds } = options;
  report({ type: 'verifying' });
  const began = performance.now();
  const passedSeconds = (): number => (performance.now() - began) / 1000;
  const reported = new Set<string>();
  for (;;) {
    const observedAt = passedSeconds();
    const isLast = observedAt >= waitSeconds;
    const due = (evidence: Evidence): readonly Takeover[] =>
      takeoversDue(evidence).filter(({ seconds }) => seconds > observedAt && seconds <= waitSeconds);
    const hasSettled = (evidence: Evidence): boolean => !hasFailed(judge(evidence)) && due(evidence).length === 0;
    const isReady = (evidence: Evidence): boolean =>
      !hasFailed(judge(evidence).filter(isOfHosts)) && due(evidence).length === 0;
    const evidence = await gather(session, options, isLast ? () => true : isReady);
    if (isLast || hasSettled(evidence)) return judge(evidence);
    for (const { instance, from, to } of due(evidence).filter((one) => !reported.has(one.instance))) {
      reported.add(instance);
      report({ type: 'note', host: to, text: `about to take over ${instance} from ${from}` });
    }
    await pause(1, signal, 'while verifying');
    // A host may be booting, or its network may be down briefly.
    const lost = evidence.unreadable.map(({ host }) => host);
    // A host that accepts a connection and goes down never answers: half of the time is for another one.
    const attempt = deadline(signal, Math.max(SHORTEST_MS, (waitSeconds - passedSeconds()) * 500));
    await session.reopen(lost, attempt.signal).finally(attempt.done);
  }
}

function hasFailed(results: readonly CheckResult[]): boolean {
  return results.some(({ status }) => status === 'failed');
}

/** Without a client `answers` fails, and its other checks have no results. */
function isOfHosts({ check }: CheckResult): boolean {
  return check !== 'answers';
}

/**
 * Observes the hosts while the client sends its requests, which take a minute where nothing answers. They are given up
 * when the hosts are not ready for them.
 * @param isReady whether requests are worth their time, by evidence without a client
 */
async function gather(
  session: Session,
  { report, signal }: VerifyOptions,
  isReady: (evidence: Evidence) => boolean,
): Promise<Evidence> {
  const { cluster, transports } = session;
  const asking = new AbortController();
  const forget = onAbort(signal, () => {
    asking.abort();
  });
  const isGivenUp = (): boolean => asking.signal.aborted && !signal.aborted;
  const [planned, client] = await Promise.all([
    plan(session, report, signal).then((now) => {
      if (!isReady(evidenceOf(cluster, now, undefined))) asking.abort();
      return now;
    }),
    askClient(cluster, transports, asking.signal).catch((error: unknown) => {
      if (isGivenUp()) return undefined;
      throw error;
    }),
  ]).finally(forget);
  return evidenceOf(cluster, planned, client);
}
