import { deadline } from '../remote/deadline.ts';
import { askClient } from '../verify/ask.ts';
import type { CheckResult } from '../verify/check.ts';
import { evidenceOf } from '../verify/evidence.ts';
import { takeoversDue } from '../verify/takeover.ts';
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
  const { cluster, transports } = session;
  const { report, signal } = options;
  report({ type: 'verifying' });
  const began = performance.now();
  const passedSeconds = (): number => (performance.now() - began) / 1000;
  const reported = new Set<string>();
  for (;;) {
    const observedAt = passedSeconds();
    const [planned, client] = await Promise.all([
      plan(session, report, signal),
      askClient(cluster, transports, signal),
    ]);
    const evidence = evidenceOf(cluster, planned, client);
    const results = judge(evidence);
    if (passedSeconds() >= options.waitSeconds) return results;
    const due = takeoversDue(evidence).filter(({ seconds }) => seconds > observedAt && seconds <= options.waitSeconds);
    if (due.length === 0 && results.every(({ status }) => status !== 'failed')) return results;
    for (const { instance, from, to } of due.filter((one) => !reported.has(one.instance))) {
      reported.add(instance);
      report({ type: 'note', host: to, text: `about to take over ${instance} from ${from}` });
    }
    await pause(1, signal, 'while verifying');
    // A host may be booting, or its network may be down briefly.
    const lost = evidence.unreadable.map(({ host }) => host);
    // A host that accepts a connection and goes down never answers: half of the time is for another one.
    const attempt = deadline(signal, Math.max(SHORTEST_MS, (options.waitSeconds - passedSeconds()) * 500));
    await session.reopen(lost, attempt.signal).finally(attempt.done);
  }
}
