import { EXIT, type ExitCode } from '../../failure.ts';
import type { Cluster } from '../../inventory/cluster.ts';
import { planAsJson } from '../../plan/json.ts';
import { type Plan, isEmpty } from '../../plan/plan.ts';
import { renderPlan } from '../../plan/render.ts';
import { plan as planSession } from '../../pipeline/plan.ts';
import { savedPlan } from '../../pipeline/saved-plan.ts';
import type { Context, HostFlags } from '../context.ts';
import { withCluster } from '../open-cluster.ts';
import { openInventory } from '../open-inventory.ts';
import { ownerOf } from '../owner.ts';
import { reportUnreadable } from '../report-unreadable.ts';
import { writePlanFile } from '../saved-plan-file.ts';
import { version } from '../version.ts';

export interface PlanFlags extends HostFlags {
  /** Also show the content of new files. */
  readonly diff?: boolean;
}

/** Shows what a deploy would change. @param file to save the plan to */
export async function plan(
  context: Context,
  argument: string | undefined,
  flags: PlanFlags,
  file?: string,
): Promise<ExitCode> {
  const opened = await openInventory(context, { argument, flags, afterDeploy: true });
  if (typeof opened === 'number') return opened;
  return withCluster(context, opened.cluster, flags, async ({ session, progress }) => {
    const { plan: made } = await planSession(session, progress.report, context.signal);
    await progress.settle();
    context.screen.lines(renderPlan(made, flags.diff === true));
    if (file !== undefined) await save(context, opened, made, file);
    const exitCode =
      made.unreadable.length > 0
        ? reportUnreadable(context, made.unreadable)
        : isEmpty(made)
          ? EXIT.done
          : EXIT.changesPending;
    context.screen.emit({ type: 'result', command: 'plan', plan: planAsJson(made), exitCode });
    return exitCode;
  });
}

/** A plan without changes is saved too: applying it changes nothing. */
async function save(
  context: Context,
  { cluster, sources }: { readonly cluster: Cluster; readonly sources: readonly string[] },
  plan: Plan,
  file: string,
): Promise<void> {
  if (plan.unreadable.length > 0) {
    context.screen.error('The plan is not saved, because it is incomplete.');
    return;
  }
  const made = ownerOf('plan', sources, new Date());
  await writePlanFile(context, file, savedPlan(plan, cluster, version(), made));
  context.screen.line(`Saved to ${file}. \`lvsctl deploy --plan ${file}\` applies it.`);
}
