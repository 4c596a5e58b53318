import { failoverTest as breakCluster } from '../failover/failover-test.ts';
import type { FailoverOptions } from '../failover/options.ts';
import type { FailoverEvent, FailoverReport } from '../failover/report.ts';
import type { Failure } from '../failure.ts';
import type { Report } from './event.ts';
import { lockSession } from './lock-session.ts';
import type { Session } from './session.ts';

export interface FailoverTestOptions {
  /** Shown to whoever meets the lock: who, from where, what for. */
  readonly owner: string;
  readonly faults: FailoverOptions;
  /** Called once the lock is held, before anything is broken. */
  readonly begin: () => Promise<void>;
  readonly report: Report;
  readonly reportEvent: (event: FailoverEvent) => void;
  readonly signal: AbortSignal;
}

export interface FailoverTestResult {
  readonly report: FailoverReport;
  /** Why the test stopped before its end; undefined when it kept its lock as long as it needed it. */
  readonly lost: Failure | undefined;
}

/** Locks the cluster, breaks it, and measures what a client sees. @throws Failure: `locked`, and what connections meet. */
export async function failoverTest(session: Session, options: FailoverTestOptions): Promise<FailoverTestResult> {
  const { cluster, transports, reconnect } = session;
  const { signal } = options;
  const lock = await lockSession(session, options.owner, options.report, signal);
  try {
    await options.begin();
    const report = await breakCluster(
      cluster,
      transports,
      lock,
      options.faults,
      options.reportEvent,
      signal,
      reconnect,
    );
    // A complete test has lost no more than the connection of the cable that it cut.
    return { report, lost: report.ok || report.interrupted ? undefined : lock.lost() };
  } finally {
    await lock.release();
  }
}
