import { apply } from '../apply/apply.ts';
import { type Lock, lockHost } from '../apply/lock.ts';
import type { Outcome } from '../apply/outcome.ts';
import { Failure } from '../failure.ts';
import { type Change, isSame } from '../plan/change.ts';
import { type Plan, changesIn, isEmpty } from '../plan/plan.ts';
import { movedSince } from '../plan/stale.ts';
import type { Report } from './event.ts';
import { pause } from './interrupted.ts';
import { type Look, look } from './look.ts';
import { openChanges, planFrom } from './plan.ts';
import type { Session } from './session.ts';

export interface DeployOptions {
  /** Shown to whoever meets the lock: who, from where, what for. */
  readonly owner: string;
  /** A name for this run, sortable by time. */
  readonly generation: string;
  /** Asked with the plan in hand; false leaves everything as it is. Not asked when there is nothing to do. */
  readonly confirm: (plan: Plan) => Promise<boolean>;
  readonly report: Report;
  readonly signal: AbortSignal;
}

export type DeployResult =
  | { readonly status: 'unchanged'; readonly plan: Plan; readonly seen: Look }
  | { readonly status: 'incomplete'; readonly plan: Plan }
  | { readonly status: 'declined'; readonly plan: Plan }
  | { readonly status: 'applied'; readonly plan: Plan; readonly outcomes: readonly Outcome[] };

/** Seconds a started service gets to fall over before a wave counts as well. */
const SETTLE_SECONDS = [1, 2, 3];

/**
 * observe → plan → ask → lock → look again → apply. A run that has nothing to do ends after the first look.
 * @throws Failure: `locked`, `stale`, and what connections meet.
 */
export async function deploy(session: Session, options: DeployOptions): Promise<DeployResult> {
  const { report, signal } = options;
  const seen = await orNothing(look(session, report, signal));
  const plan = planFrom(session, seen);
  if (plan.unreadable.length > 0) return { status: 'incomplete', plan };
  if (isEmpty(plan)) return { status: 'unchanged', plan, seen };
  if (!(await options.confirm(plan))) return { status: 'declined', plan };

  const locks = await orNothing(lockAll(session, options));
  try {
    const still = await orNothing(look(session, report, signal));
    const now = planFrom(session, still);
    if (now.unreadable.length > 0) return { status: 'incomplete', plan: now };
    // Another run has done it all while this one waited for it.
    if (isEmpty(now)) return { status: 'unchanged', plan: now, seen: still };
    const moved = movedSince(plan, now);
    if (moved.length > 0) throw stale(moved);
    const outcomes = await apply(plan, {
      transports: session.transports,
      generation: options.generation,
      recheck: (made) => recheck(session, still, made, options),
      report,
      signal,
    });
    return { status: 'applied', plan, outcomes };
  } finally {
    for (const lock of locks) lock.release();
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
 * Every host of the cluster, not only those with changes: a second run must not plan around a first one. The first of
 * the inventory is locked before the others, so that of two runs that begin at once one gets them all.
 */
async function lockAll(session: Session, { owner, report, signal }: DeployOptions): Promise<readonly Lock[]> {
  const transports = session.members.flatMap(({ host }) => session.transports.get(host.name) ?? []);
  report({ type: 'locking', hosts: transports.map(({ host }) => host) });
  const lock = (some: typeof transports): Promise<PromiseSettledResult<Lock>[]> =>
    Promise.allSettled(some.map((transport) => lockHost(transport, owner, signal)));
  const first = await lock(transports.slice(0, 1));
  const rest = first.every(({ status }) => status === 'fulfilled') ? await lock(transports.slice(1)) : [];
  const taken = [...first, ...rest];
  const locks = taken.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const refused = taken.find((one) => one.status === 'rejected');
  if (refused === undefined) return locks;
  for (const lock of locks) lock.release();
  throw refused.reason;
}

/**
 * Which of the changes that were just made are still open, held against what was planned. What later waves will do on
 * the same hosts is none of them.
 * @throws Failure: a host that cannot be read any more is not well.
 */
async function recheck(
  session: Session,
  planned: Look,
  made: readonly Change[],
  { report, signal }: DeployOptions,
): Promise<readonly Change[]> {
  const hosts = new Set(made.map(({ host }) => host));
  const members = session.members.filter(({ host }) => hosts.has(host.name));
  let open: readonly Change[] = [];
  for (const seconds of SETTLE_SECONDS) {
    await pause(seconds, signal, 'before the hosts were looked at again');
    const now = await look({ ...session, members, unreachable: [] }, report, signal);
    const [lost] = now.unreadable;
    if (lost !== undefined) throw lost.failure;
    const all = openChanges(session, { ...now, wants: planned.wants });
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
