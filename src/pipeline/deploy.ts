import { apply } from '../apply/apply.ts';
import { stillOpen } from '../apply/gate.ts';
import type { Outcome } from '../apply/outcome.ts';
import { Failure } from '../failure.ts';
import type { ClusterState } from '../observe/cluster-state.ts';
import type { Change } from '../plan/change.ts';
import { type Plan, changesIn, isEmpty } from '../plan/plan.ts';
import { requireUnmoved } from '../plan/stale.ts';
import type { Report } from './event.ts';
import { lockSession } from './lock-session.ts';
import { observe } from './observe.ts';
import { pause } from './pause.ts';
import { plan as planSession } from './plan.ts';
import type { Session } from './session.ts';

export interface DeployOptions {
  /** Shown to whoever meets the lock: who, from where, what for. */
  readonly owner: string;
  /** A name for this run, sortable by time. */
  readonly generation: string;
  /** Asked with the plan in hand; false leaves everything as it is. Not asked when there is nothing to do. */
  readonly confirm: (plan: Plan) => Promise<boolean>;
  /** Proves that the cluster serves once every change is made; the lock is held, so that no other run changes it meanwhile. */
  readonly prove: (outcomes: readonly Outcome[]) => Promise<void>;
  readonly report: Report;
  readonly signal: AbortSignal;
}

export type DeployResult =
  | { readonly status: 'unchanged'; readonly plan: Plan }
  | { readonly status: 'incomplete'; readonly plan: Plan }
  | { readonly status: 'declined'; readonly plan: Plan }
  | {
      readonly status: 'applied';
      readonly plan: Plan;
      readonly outcomes: readonly Outcome[];
      /** Why the run stopped before its end; undefined when it kept its lock as long as it needed it. */
      readonly lost: Failure | undefined;
    };

/**
 * A run that has nothing to do ends after the first plan.
 * @throws Failure: `locked`, `stale`, and what connections meet.
 */
export async function deploy(session: Session, options: DeployOptions): Promise<DeployResult> {
  const { report, signal } = options;
  const { plan } = await beforeChanges(planSession(session, report, signal));
  if (plan.unreadable.length > 0) return { status: 'incomplete', plan };
  if (isEmpty(plan)) return { status: 'unchanged', plan };
  if (!(await options.confirm(plan))) return { status: 'declined', plan };

  const lock = await beforeChanges(lockSession(session, options.owner, report, signal));
  try {
    const now = await beforeChanges(planSession(session, report, signal));
    if (now.plan.unreadable.length > 0) return { status: 'incomplete', plan: now.plan };
    // Another run has done it all while this one waited for it.
    if (isEmpty(now.plan)) return { status: 'unchanged', plan: now.plan };
    requireUnmoved(plan, now.plan);

    const recheck = (made: readonly Change[]) =>
      stillOpen(session.cluster, now, made, (hosts, seconds) => observeLater(session, hosts, seconds, options));
    const context = { transports: session.transports, generation: options.generation, lock, recheck, report, signal };
    const outcomes = await apply(plan, context);
    if (outcomes.every(({ status }) => status === 'done') && !signal.aborted) await options.prove(outcomes);
    const stopped = outcomes.some(({ status }) => status === 'skipped');
    return { status: 'applied', plan, outcomes, lost: stopped ? lock.lost() : undefined };
  } finally {
    await lock.release();
  }
}

/** An interruption before the first change, said so. */
async function beforeChanges<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'interrupted') throw error;
    throw new Failure('interrupted', 'Interrupted; nothing was changed.', { cause: error });
  }
}

async function observeLater(
  session: Session,
  hosts: ReadonlySet<string>,
  seconds: number,
  { report, signal }: DeployOptions,
): Promise<ClusterState> {
  await pause(seconds, signal, 'before the hosts were looked at again');
  const members = session.members.filter(({ host }) => hosts.has(host.name));
  return observe({ ...session, members, unreachable: [] }, report, signal);
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
