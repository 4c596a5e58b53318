import { EXIT, type ExitCode } from '../../failure.ts';
import { type Cluster, virtualAddressesOf } from '../../inventory/cluster.ts';
import { type ResetPlan, planReset, reset as resetCluster } from '../../pipeline/reset.ts';
import type { Change } from '../../plan/change.ts';
import { planAsJson } from '../../plan/json.ts';
import { changesIn, isEmpty } from '../../plan/plan.ts';
import { counted, renderPlan } from '../../plan/render.ts';
import type { Context, HostFlags } from '../context.ts';
import { type OpenCluster, withCluster } from '../open-cluster.ts';
import { openInventory } from '../open-inventory.ts';
import { ownerOf } from '../owner.ts';
import { reportUnreadable } from '../report-unreadable.ts';
import { conclude, confirm, reportOutcomes } from './deploy.ts';

export interface ResetFlags extends HostFlags {
  readonly yes?: boolean;
  /** Show the plan only. */
  readonly check?: boolean;
}

/** Brings the hosts back to the state before lvsctl: shows the plan, asks, applies it, and observes the hosts again. */
export async function reset(context: Context, argument: string | undefined, flags: ResetFlags): Promise<ExitCode> {
  const opened = await openInventory(context, { argument, flags, afterDeploy: true });
  if (typeof opened === 'number') return opened;
  const { cluster, sources } = opened;
  return withCluster(context, cluster, flags, async (open) => {
    if (flags.check === true) return check(context, open);
    const { session, progress } = open;
    const began = new Date();
    let proven: ExitCode | undefined;
    const { result, planned } = await resetCluster(session, {
      owner: ownerOf('reset', sources, began),
      generation: began.toISOString().replaceAll(/[:.]/g, '-'),
      confirm: async (asked) => {
        await progress.settle();
        reportLeft(context, asked);
        const question = questionOf(cluster, asked);
        return confirm(context, asked.plan, flags, { question, planOnly: 'lvsctl reset --check' });
      },
      prove: async (outcomes, remaining) => {
        await progress.settle();
        reportOutcomes(context, outcomes);
        proven = reportRemaining(context, remaining);
      },
      report: progress.report,
      signal: context.signal,
    });
    await progress.settle();
    if (result.status === 'unchanged') reportLeft(context, planned);
    const exitCode = proven ?? conclude(context, result);
    context.screen.emit({
      type: 'result',
      command: 'reset',
      status: result.status,
      changes: changesIn(result.plan).length,
      ...leftAsJson(planned),
      exitCode,
    });
    return exitCode;
  });
}

/** Shows the plan only. */
async function check(context: Context, { session, progress }: OpenCluster): Promise<ExitCode> {
  const planned = await planReset(session, progress.report, context.signal);
  const { plan } = planned;
  await progress.settle();
  reportLeft(context, planned);
  context.screen.lines(renderPlan(plan, false));
  const exitCode =
    plan.unreadable.length > 0
      ? reportUnreadable(context, plan.unreadable)
      : isEmpty(plan)
        ? EXIT.done
        : EXIT.changesPending;
  context.screen.emit({ type: 'result', command: 'reset', plan: planAsJson(plan), ...leftAsJson(planned), exitCode });
  return exitCode;
}

/** What the plan does not show. */
function reportLeft({ screen }: Context, { left, withoutRecord }: ResetPlan): void {
  for (const host of withoutRecord) {
    screen.line(`${host}: has no record of a state before lvsctl. Nothing is changed there.`, 'change');
  }
  for (const { host, kind, key, because } of left) {
    screen.line(`${host}: ${kind} ${key} is left as it is: ${because}`, 'change');
  }
}

function leftAsJson({ left, withoutRecord }: ResetPlan) {
  return { left: left.map(({ host, kind, key, because }) => ({ host, kind, key, because })), withoutRecord };
}

/** Says what the confirmation costs. */
function questionOf(cluster: Cluster, { plan }: ResetPlan): string {
  const hosts = new Set(changesIn(plan).map(({ host }) => host));
  const stops = changesIn(plan).some(({ disruptive }) => disruptive);
  const vips = virtualAddressesOf(cluster).map(({ address }) => address);
  const service = stops ? `This ends the service at ${vips.join(', ')}. ` : '';
  return `${service}Reset ${[...hosts].join(', ')}?`;
}

function reportRemaining({ screen }: Context, remaining: readonly Change[]): ExitCode {
  if (remaining.length === 0) {
    screen.line('Observed again: the hosts are as before lvsctl.', 'add');
    return EXIT.done;
  }
  screen.error(`Observed again: ${counted(remaining.length, 'resource')} not as before lvsctl:`);
  for (const { host, kind, key } of remaining) screen.error(`  ${host}: ${kind} ${key}`);
  return EXIT.verify;
}
