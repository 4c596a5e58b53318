import { apply } from '../apply/apply.ts';
import type { Outcome } from '../apply/outcome.ts';
import { Failure } from '../failure.ts';
import { type Change, isSame } from '../plan/change.ts';
import { clusterChanges } from '../plan/cluster-changes.ts';
import { type Plan, changesIn, isEmpty } from '../plan/plan.ts';
import { movedSince } from '../plan/stale.ts';
import type { Report } from './event.ts';
import { observe } from './observe.ts';
import { pause } from './pause.ts';
import { lockSession } from './lock-session.ts';
import { type Planned, plan as planSession } from './plan.ts';
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

/** Seconds a started service gets to fall over before a wave counts as well. */
const SETTLE_SECONDS = [1, 2, 3];

/**
 * observe → plan → ask → lock → observe again → apply → prove → unlock. A run that has nothing to do ends after the
 * first plan.
 * @throws Failure: `locked`, `stale`, and what connections meet.
 */
export async function deploy(session: Session, options: DeployOptions): Promise<DeployResult> {
  const { report, signal } = options;
  const { plan } = await orNothing(planSession(session, report, signal));
  if (plan.unreadable.length > 0) return { status: 'incomplete', plan };
  if (isEmpty(plan)) return { status: 'unchanged', plan };
  if (!(await options.confirm(plan))) return { status: 'declined', plan };

  const lock = await orNothing(lockSession(session, options.owner, report, signal));
  try {
    const still = await orNothing(planSession(session, report, signal));
    if (still.plan.unreadable.length > 0) return { status: 'incomplete', plan: still.plan };
    // Another run has done it all while this one waited for it.
    if (isEmpty(still.plan)) return { status: 'unchanged', plan: still.plan };
    const moved = movedSince(plan, still.plan);
    if (moved.length > 0) throw stale(moved);
    const outcomes = await apply(plan, {
      transports: session.transports,
      generation: options.generation,
      lock,
      recheck: (made) => recheck(session, still, made, options),
      report,
      signal,
    });
    if (outcomes.every(({ status }) => status === 'done') && !signal.aborted) await options.prove(outcomes);
    const stopped = outcomes.some(({ status }) => status === 'skipped');
    return { status: 'applied', plan, outcomes, lost: stopped ? lock.lost() : undefined };
  } finally {
    await lock.release();
  }
}

/** An interruption before the first change, said so. */
async function orNothing<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== 'interrupted') throw error;
    throw new Failure('interrupted', 'Interrupted; nothing was changed.', { cause: error });
  }
}

/**
 * Which of the changes that were just made are still open, compared with what was planned. What later waves will do on
 * the same hosts is none of them.
 * @throws Failure: a host that cannot be read any more is not well.
 */
async function recheck(
  session: Session,
  { state, wants }: Planned,
  made: readonly Change[],
  { report, signal }: DeployOptions,
): Promise<readonly Change[]> {
  const changed = new Set(made.map(({ host }) => host));
  const members = session.members.filter(({ host }) => changed.has(host.name));
  let open: readonly Change[] = [];
  for (const seconds of SETTLE_SECONDS) {
    await pause(seconds, signal, 'before the hosts were looked at again');
    const now = await observe({ ...session, members, unreachable: [] }, report, signal);
    const [lost] = now.unreadable;
    if (lost !== undefined) throw lost.failure;
    const all = clusterChanges(session.cluster, { ...now, hosts: new Map([...state.hosts, ...now.hosts]) }, wants);
    open = all.filter((one) => made.some((change) => isSame(one, change)));
    if (open.length === 0) return [];
  }
  return open;
}

function stale(hosts: readonly string[]): Failure {
  return new Failure('stale', `${hosts.join(', ')} changed after the plan was made; nothing was done`, {
    hint: 'Run the same command again to see the plan as it is now.',
    retryable: true,
  });
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
