import { EXIT, type ExitCode } from '../../failure.ts';
import { verify as proveCluster } from '../../pipeline/verify.ts';
import type { CheckResult } from '../../verify/check.ts';
import { renderChecks, verdict } from '../../verify/render.ts';
import type { Context, HostFlags } from '../context.ts';
import { withCluster } from '../open-cluster.ts';
import { openInventory } from '../open-inventory.ts';
import { reportUnreadable } from '../report-unreadable.ts';

export interface VerifyFlags extends HostFlags {
  /** seconds */
  readonly wait: number;
}

/** Checks from the client that the cluster matches the inventory. */
export async function verify(context: Context, argument: string | undefined, flags: VerifyFlags): Promise<ExitCode> {
  const opened = await openInventory(context, { argument, flags, afterDeploy: true });
  if (typeof opened === 'number') return opened;
  return withCluster(context, opened.cluster, flags, async ({ session, progress }) => {
    const options = { waitSeconds: flags.wait, report: progress.report, signal: context.signal };
    const results = await proveCluster(session, options);
    await progress.settle();
    reportChecks(context, results);
    const exitCode = exitOf(context, session, results);
    context.screen.emit({ type: 'result', command: 'verify', verdict: verdict(results), exitCode });
    return exitCode;
  });
}

export function reportChecks(context: Context, results: readonly CheckResult[]): void {
  for (const result of results) context.screen.emit({ type: 'check', ...result });
  context.screen.lines(renderChecks(results));
}

function exitOf(
  context: Context,
  session: Parameters<typeof proveCluster>[0],
  results: readonly CheckResult[],
): ExitCode {
  if (session.unreachable.length > 0) return reportUnreadable(context, session.unreachable);
  if (results.some(({ status }) => status === 'failed')) return EXIT.verify;
  if (session.cluster.client !== undefined) return EXIT.done;
  context.screen.error('Not verified from a client: the inventory names no client.');
  context.screen.error(`  ${NO_CLIENT}`);
  return EXIT.inventory;
}

/** Direct routing cannot be tested from a director or real server, because both hold the VIP themselves. */
export const NO_CLIENT =
  'Add `client: ADDRESS`, a third host on the segment that is reachable over SSH, or `client: local` for this machine.';
