import { apply } from '../apply/apply.ts';
import { stillOpen } from '../apply/gate.ts';
import type { Outcome } from '../apply/outcome.ts';
import { Failure } from '../failure.ts';
import type { ClusterState } from '../observe/cluster-state.ts';
import type { Change } from '../plan/change.ts';
import { type Plan, changesIn, isEmpty } from '../plan/plan.ts';
import type { Planned } from '../plan/planned.ts';
import { requireFewRemovals } from '../plan/removals.ts';
import { requireUnmoved } from '../plan/stale.ts';
import type { Report } from './event.ts';
import { build } from './build.ts';
import { lockSession } from './lock-session.ts';
import { observe } from './observe.ts';
import { pause } from './pause.ts';
import { plan as planSession } from './plan.ts';
import { push } from './push.ts';
import type { Session } from './session.ts';

export interface DeployOptions {
  /** Owner of the lock, shown to other runs: user, host, command. */
  readonly owner: string;
  /** A name for this run, sortable by time. */
  readonly generation: string;
  /** Confirms the plan; false cancels the run. Not called for an empty plan. */
  readonly confirm: (plan: Plan) => Promise<boolean>;
  /** Verifies the cluster after all changes, while the lock is still held. */
  readonly prove: (outcomes: readonly Outcome[]) => Promise<void>;
  readonly report: Report;
  readonly signal: AbortSignal;
  /** Whether virtual IP addresses and many real servers may go; default: false. */
  readonly allowRemovals?: boolean;
  /** What to change; default: all that the inventory asks for. */
  readonly plan?: typeof planSession;
}

export type DeployResult =
  | { readonly status: 'unchanged'; readonly plan: Plan }
  | { readonly status: 'incomplete'; readonly plan: Plan }
  | { readonly status: 'declined'; readonly plan: Plan }
  | {
      readonly status: 'applied';
      readonly plan: Plan;
      readonly outcomes: readonly Outcome[];
      /** Set when the run stopped because it lost its lock. */
      readonly lost: Failure | undefined;
    };

/**
 * Ends after an empty plan.
 * @throws Failure: `locked`, `stale`, or of the transport.
 */
export async function deploy(session: Session, options: DeployOptions): Promise<DeployResult> {
  const { report, signal, plan: planOf = planSession } = options;
  const { plan } = await beforeChanges(planOf(session, report, signal));
  if (plan.unreadable.length > 0) return { status: 'incomplete', plan };
  if (isEmpty(plan)) return { status: 'unchanged', plan };
  if (options.allowRemovals !== true) requireFewRemovals(plan);
  if (!(await options.confirm(plan))) return { status: 'declined', plan };

  await beforeChanges(push(session, plan, report, signal));
  const built = await beforeChanges(build(session, plan, report, signal));
  const lock = await beforeChanges(lockSession(session, options.owner, report, signal));
  try {
    const now = await beforeChanges(planOf(session, report, signal));
    if (now.plan.unreadable.length > 0) return { status: 'incomplete', plan: now.plan };
    // Another run applied the same changes while this one waited for the lock.
    if (isEmpty(now.plan)) return { status: 'unchanged', plan: now.plan };
    // A build installs packages that the plan may have too.
    requireUnmoved(plan, now.plan, built);
    const current = built.size === 0 ? plan : now.plan;

    const recheck = (made: readonly Change[]) =>
      stillOpen(session.cluster, now, made, (hosts, seconds) =>
        observeLater(session, hosts, seconds, now.watch, options),
      );
    const context = { transports: session.transports, generation: options.generation, lock, recheck, report, signal };
    const outcomes = await apply(current, context);
    if (outcomes.every(({ status }) => status === 'done') && !signal.aborted) await options.prove(outcomes);
    const stopped = outcomes.some(({ status }) => status === 'skipped');
    return { status: 'applied', plan: current, outcomes, lost: stopped ? lock.lost() : undefined };
  } finally {
    await lock.release();
  }
}

/** An interruption before the first change. */
async function beforeChanges<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'interrupted') throw error;
    throw new Failure('interrupted', 'Interrupted. No changes made.', { cause: error });
  }
}

async function observeLater(
  session: Session,
  hosts: ReadonlySet<string>,
  seconds: number,
  watch: Planned['watch'],
  { report, signal }: DeployOptions,
): Promise<ClusterState> {
  await pause(seconds, signal, 'before the hosts were observed again');
  const members = session.members.filter(({ host }) => hosts.has(host.name));
  return observe({ ...session, members, unreachable: [] }, report, signal, watch);
}

/** Whether every change was made. */
export function succeeded(result: DeployResult): boolean {
  if (result.status === 'applied') {
    return (
      result.outcomes.length === changesIn(result.plan).length &&
      result.outcomes.every(({ status }) => status === 'done')
    );
  }
  return result.status === 'unchanged';
}
