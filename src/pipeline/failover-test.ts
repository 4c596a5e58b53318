import { failoverTest as breakCluster } from '../failover/failover-test.ts';
import type { FailoverOptions } from '../failover/options.ts';
import type { FailoverEvent, FailoverReport } from '../failover/report.ts';
import type { Failure } from '../failure.ts';
import type { Report } from './event.ts';
import { lockSession } from './lock-session.ts';
import type { Session } from './session.ts';

export interface FailoverTestOptions {
  /** Owner of the lock, shown to other runs: user, host, command. */
  readonly owner: string;
  readonly faults: FailoverOptions;
  /** Called with the lock held, before the first fault. */
  readonly begin: () => Promise<void>;
  readonly report: Report;
  readonly reportEvent: (event: FailoverEvent) => void;
  readonly signal: AbortSignal;
}

export interface FailoverTestResult {
  readonly report: FailoverReport;
  /** Set when the test stopped because it lost its lock. */
  readonly lost: Failure | undefined;
}

/** Locks the cluster, injects faults and measures the outage. @throws Failure: `locked`, or of the transport. */
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
    // A complete test has lost only the connection over the cable that it cut.
    return { report, lost: report.ok || report.interrupted ? undefined : lock.lost() };
  } finally {
    await lock.release();
  }
}
