import { EXIT, type ExitCode } from '../../failure.ts';
import { planAsJson } from '../../plan/json.ts';
import { isEmpty } from '../../plan/plan.ts';
import { renderPlan } from '../../plan/render.ts';
import { plan as planSession } from '../../pipeline/plan.ts';
import type { Context, HostFlags } from '../context.ts';
import { withCluster } from '../open-cluster.ts';
import { openInventory } from '../open-inventory.ts';
import { reportUnreadable } from '../report-unreadable.ts';

export interface PlanFlags extends HostFlags {
  /** Also show the content of new files. */
  readonly diff?: boolean;
}

/** Shows what a deploy would change. */
export async function plan(context: Context, argument: string | undefined, flags: PlanFlags): Promise<ExitCode> {
  const opened = await openInventory(context, { argument, flags, afterDeploy: true });
  if (typeof opened === 'number') return opened;
  return withCluster(context, opened.cluster, flags, async ({ session, progress }) => {
    const { plan: made } = await planSession(session, progress.report, context.signal);
    await progress.settle();
    context.screen.lines(renderPlan(made, flags.diff === true));
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
