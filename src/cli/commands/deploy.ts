import type { Outcome } from '../../apply/outcome.ts';
import { EXIT, type ExitCode, Failure } from '../../failure.ts';
import { planAsJson, subjectOf } from '../../plan/json.ts';
import { type Plan, changesIn } from '../../plan/plan.ts';
import { counted, reachOf, renderPlan, warningLines } from '../../plan/render.ts';
import { type DeployResult, deploy as deployCluster } from '../../pipeline/deploy.ts';
import { verify } from '../../pipeline/verify.ts';
import { verdict } from '../../verify/render.ts';
import { type Resumed, planSaved, requireMadeFor } from '../../pipeline/saved-plan.ts';
import { hostList } from '../../text/host-list.ts';
import { askYesNo } from '../ask.ts';
import type { Context } from '../context.ts';
import { ownerOf } from '../owner.ts';
import { remember } from '../remember.ts';
import { type OpenCluster, withCluster } from '../open-cluster.ts';
import { openInventory } from '../open-inventory.ts';
import { failureAsJson, reportFailure } from '../report-failure.ts';
import { reportUnreadable } from '../report-unreadable.ts';
import { readPlanFile } from '../saved-plan-file.ts';
import { version } from '../version.ts';
import type { PlanFlags } from './plan.ts';
import { NO_CLIENT, reportChecks } from './verify.ts';

export interface DeployFlags extends PlanFlags {
  readonly yes?: boolean;
  /** false for --no-verify */
  readonly verify: boolean;
  readonly allowRemovals?: boolean;
  /** File of a saved plan. */
  readonly plan?: string;
}

/** Seconds for the election and the first health checks after a change. */
const SETTLE_SECONDS = 30;

export interface Deployed {
  readonly exitCode: ExitCode;
  /** Undefined when the inventory is invalid. */
  readonly status: DeployResult['status'] | undefined;
}

/** Plans, asks for confirmation, applies in waves, verifies. */
export async function deploy(context: Context, argument: string | undefined, flags: DeployFlags): Promise<Deployed> {
  const opened = await openInventory(context, { argument, flags, afterDeploy: false });
  if (typeof opened === 'number') return { exitCode: opened, status: undefined };
  const { cluster, sources } = opened;
  const saved = flags.plan === undefined ? undefined : await readPlanFile(context, flags.plan);
  if (saved !== undefined) requireMadeFor(saved, cluster, version());
  return withCluster(context, cluster, flags, async (open) => {
    const began = new Date();
    let resumed: Resumed | undefined;
    let proven: ExitCode | undefined;
    const result = await deployCluster(open.session, {
      owner: ownerOf('deploy', sources, began),
      generation: began.toISOString().replaceAll(/[:.]/g, '-'),
      confirm: async (plan) => {
        await open.progress.settle();
        return confirm(context, plan, flags);
      },
      prove: async (outcomes) => {
        await open.progress.settle();
        reportOutcomes(context, outcomes);
        proven = flags.verify ? await prove(context, open, outcomes) : EXIT.done;
      },
      report: open.progress.report,
      signal: context.signal,
      allowRemovals: flags.allowRemovals === true,
      ...(saved !== undefined && {
        plan: async (...args) => (resumed = await planSaved(args[0], saved, args[1], args[2])),
      }),
    });
    await open.progress.settle();
    const ended = proven ?? conclude(context, result);
    const exitCode = resumed === undefined ? ended : reportStale(context, resumed, ended);
    if (exitCode === EXIT.done) await remember(sources);
    context.screen.emit({
      type: 'result',
      command: 'deploy',
      status: result.status,
      changes: changesIn(result.plan).length,
      exitCode,
    });
    return { exitCode, status: result.status };
  });
}

export async function confirm(
  context: Context,
  plan: Plan,
  { yes, diff }: Pick<DeployFlags, 'yes' | 'diff'>,
  { question, planOnly } = { question: `Apply this plan to ${reachOf(plan)}?`, planOnly: 'lvsctl plan' },
): Promise<boolean> {
  context.screen.emit({ type: 'plan', plan: planAsJson(plan) });
  context.screen.lines(renderPlan(plan, diff === true));
  if (yes === true) return true;
  if (!context.screen.terminal || !process.stdin.isTTY) {
    throw new Failure('inventory', 'Not a terminal, cannot ask for confirmation. No changes made.', {
      hint: `Pass --yes, or use \`${planOnly}\` to show the plan only.`,
    });
  }
  return askYesNo(question, context.signal);
}

/** Hosts that a saved plan no longer fits make an end that is not done. */
function reportStale({ screen }: Context, { stale, held }: Resumed, ended: ExitCode): ExitCode {
  if (stale.length === 0) return ended;
  const directors = held.length === 0 ? '' : `, and ${hostList(held)} with them, because directors are changed last`;
  screen.error(`${hostList(stale)} changed after the plan was made, and are left alone${directors}.`);
  screen.error('  Make a new plan with `lvsctl plan -o FILE`.');
  return ended === EXIT.done ? EXIT.failed : ended;
}

/** Reports a deploy that ended before verification. */
export function conclude(context: Context, result: DeployResult): ExitCode {
  const { screen } = context;
  switch (result.status) {
    case 'incomplete': {
      const exitCode = reportUnreadable(context, result.plan.unreadable);
      screen.error('No changes made.');
      return exitCode;
    }
    case 'unchanged':
      screen.lines(warningLines(result.plan));
      screen.line('No changes.', 'title');
      return EXIT.done;
    case 'declined':
      screen.line('No changes made.');
      return EXIT.done;
    case 'applied': {
      const broken = reportOutcomes(context, result.outcomes);
      if (context.signal.aborted) return reportInterrupted(context, result.outcomes);
      if (broken !== EXIT.done) return broken;
      return result.lost === undefined ? EXIT.failed : reportFailure(screen, result.lost, context.verbose);
    }
  }
}

export function reportOutcomes(context: Context, outcomes: readonly Outcome[]): ExitCode {
  const { screen } = context;
  const of = (status: Outcome['status']): number => outcomes.filter((outcome) => outcome.status === status).length;
  let exitCode: ExitCode = EXIT.done;
  for (const outcome of outcomes) {
    if (outcome.status === 'failed') {
      exitCode = reportFailure(screen, outcome.failure, context.verbose);
      screen.emit({
        type: 'outcome',
        status: 'failed',
        change: subjectOf(outcome.change),
        failure: failureAsJson(outcome.failure),
      });
    } else screen.emit({ type: 'outcome', ...outcome, change: subjectOf(outcome.change) });
  }
  const reasons = new Set(outcomes.flatMap((outcome) => (outcome.status === 'skipped' ? [outcome.because] : [])));
  const rest = [`${of('failed')} failed`, `${of('skipped')} skipped`].filter((part) => !part.startsWith('0 '));
  screen.line(`${[`${counted(of('done'), 'change')} made`, ...rest].join(', ')}.`, 'title');
  for (const reason of reasons) screen.line(`  skipped: ${reason}`);
  return exitCode;
}

/** Advises how to continue after an interruption. */
function reportInterrupted({ screen }: Context, outcomes: readonly Outcome[]): ExitCode {
  screen.error(
    outcomes.every(({ status }) => status === 'done')
      ? 'Interrupted before verification. Run `lvsctl verify`.'
      : 'Interrupted. Run the command again to apply the remaining changes.',
  );
  return EXIT.interrupted;
}

/** A deploy that fails verification has failed. */
async function prove(context: Context, open: OpenCluster, outcomes: readonly Outcome[]): Promise<ExitCode> {
  const results = await verify(open.session, {
    waitSeconds: SETTLE_SECONDS,
    report: open.progress.report,
    signal: context.signal,
  }).catch((error: unknown) => {
    if (error instanceof Failure && error.code === 'interrupted') return undefined;
    throw error;
  });
  if (results === undefined) return reportInterrupted(context, outcomes);
  await open.progress.settle();
  const failed = results.some(({ status }) => status === 'failed');
  if (failed || context.verbose) reportChecks(context, results);
  else context.screen.line(verdict(results), 'add');
  if (open.session.cluster.client === undefined) {
    context.screen.line('Not verified from a client: the inventory names no client.', 'change');
    context.screen.line(`  ${NO_CLIENT}`);
  }
  return failed ? EXIT.verify : EXIT.done;
}
