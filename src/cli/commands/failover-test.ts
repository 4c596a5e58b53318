import { EXIT, type ExitCode, Failure, exitCodeOf } from '../../failure.ts';
import { type FailoverEvent, type FailoverReport, renderReport } from '../../failover/report.ts';
import type { FaultName } from '../../failover/faults/faults.ts';
import { DEFAULT_OPTIONS } from '../../failover/options.ts';
import { askedService } from '../../failover/service.ts';
import { failoverTest as breakCluster } from '../../pipeline/failover-test.ts';
import { askYesNo } from '../ask.ts';
import type { Context, HostFlags } from '../context.ts';
import { withCluster } from '../open-cluster.ts';
import { openInventory } from '../open-inventory.ts';
import { ownerOf } from '../owner.ts';
import { reportFailure } from '../report-failure.ts';
import { reportUnreadable } from '../report-unreadable.ts';
import { NO_CLIENT } from './verify.ts';

export interface FailoverFlags extends HostFlags {
  /** milliseconds */
  readonly maxGap?: number;
  readonly fault?: readonly FaultName[];
  /** name */
  readonly virtualServer?: string;
  /** seconds */
  readonly cut: number;
  /** requests per second */
  readonly rate: number;
  readonly yes?: boolean;
}

export interface FailoverTested {
  readonly exitCode: ExitCode;
  /** Undefined when no fault was requested of the cluster. */
  readonly report: FailoverReport | undefined;
}

/** Injects faults, measures the outage seen by a client, and restores the cluster. */
export async function failoverTest(
  context: Context,
  argument: string | undefined,
  flags: FailoverFlags,
): Promise<FailoverTested> {
  const opened = await openInventory(context, { argument, flags, afterDeploy: true });
  if (typeof opened === 'number') return { exitCode: opened, report: undefined };
  const { cluster, sources } = opened;
  if (cluster.client === undefined) {
    throw new Failure('inventory', 'Cannot test failover: the inventory names no client.', {
      hint: NO_CLIENT,
    });
  }
  // Its mistakes end the run before the user is asked.
  askedService(cluster, flags.virtualServer);
  if (!(await confirm(context, cluster.name, flags.yes === true))) return { exitCode: EXIT.done, report: undefined };
  return withCluster(context, cluster, flags, async ({ session, progress }) => {
    await progress.settle();
    if (session.unreachable.length > 0) {
      return { exitCode: reportUnreadable(context, session.unreachable), report: undefined };
    }
    const { report, lost } = await breakCluster(session, {
      owner: ownerOf('failover-test', sources, new Date()),
      faults: {
        ...DEFAULT_OPTIONS,
        ...(flags.fault !== undefined && { faults: flags.fault }),
        cableSeconds: flags.cut,
        ratePerSecond: flags.rate,
        maxGapMs: flags.maxGap,
        virtualServer: flags.virtualServer,
      },
      begin: progress.settle,
      report: progress.report,
      reportEvent: (event) => reportEvent(context, event),
      signal: context.signal,
    });
    for (const line of renderReport(report)) context.screen.line(line);
    if (lost !== undefined) reportFailure(context.screen, lost, context.verbose);
    const exitCode = lost === undefined ? exitOf(report) : exitCodeOf(lost.code);
    context.screen.emit({ type: 'result', command: 'failover-test', report, exitCode });
    return { exitCode, report };
  });
}

/** Asks for confirmation, because the cluster may be in service. */
async function confirm({ screen, signal }: Context, name: string, yes: boolean): Promise<boolean> {
  if (yes) return true;
  if (!screen.terminal || !process.stdin.isTTY) {
    throw new Failure('inventory', 'Not a terminal, cannot ask for confirmation. No changes made.', {
      hint: 'Pass --yes.',
    });
  }
  return askYesNo(`This interrupts the service of cluster ${name} for some seconds. Continue?`, signal);
}

/** An interrupted test has restored the cluster. */
function exitOf(report: FailoverReport): ExitCode {
  const codes = report.notCleanedUp.map(({ code }) => exitCodeOf(code));
  if (codes.length > 0) return codes.includes(EXIT.unreachable) ? EXIT.unreachable : (codes[0] ?? EXIT.failed);
  if (report.interrupted) return EXIT.interrupted;
  if (report.missed.length > 0) return EXIT.objective;
  return report.ok ? EXIT.done : EXIT.failed;
}

function reportEvent(context: Context, event: FailoverEvent): void {
  const { screen } = context;
  if (event.kind === 'clean-up-failed') {
    reportUnreadable(context, event.hosts);
    return;
  }
  screen.emit({ type: 'failover', ...event });
  const line = describe(event);
  if (line !== undefined) screen.line(line, 'faint');
}

function describe(event: Exclude<FailoverEvent, { kind: 'clean-up-failed' }>): string | undefined {
  switch (event.kind) {
    case 'cleaned-up':
      return `${event.host}: removed faults left by an earlier test (${event.faults.join(', ')})`;
    case 'waiting-for-health':
      return `${event.fault}: waiting until the cluster is healthy`;
    case 'armed':
      return `${event.fault}: ${event.host} reverts it within ${Math.ceil(event.undoneWithinMs / 1000)} s, even without lvsctl`;
    case 'injected':
      return `${event.fault}: ${event.title}`;
    case 'put-back':
      return `${event.fault}: ${event.message}`;
    // A director whose cable is cut reports owner changes late; the report sorts them.
    case 'owners':
    case 'putting-back':
    case 'settling':
    case 'scenario':
      return undefined;
  }
}
