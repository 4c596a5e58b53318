import { setTimeout as pause } from 'node:timers/promises';
import { apply } from '../apply/apply.ts';
import { type Lock, lockHost } from '../apply/lock.ts';
import type { Outcome } from '../apply/outcome.ts';
import { Failure } from '../failure.ts';
import type { Change } from '../plan/change.ts';
import { type Plan, changesIn, isEmpty } from '../plan/plan.ts';
import { movedSince } from '../plan/stale.ts';
import type { Report } from './event.ts';
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
  const seen = await look(session, report, signal);
  const plan = planFrom(session, seen);
  if (plan.unreadable.length > 0) return { status: 'incomplete', plan };
  if (isEmpty(plan)) return { status: 'unchanged', plan, seen };
  if (!(await options.confirm(plan))) return { status: 'declined', plan };

  const locks = await lockAll(session, options);
  try {
    const still = await look(session, report, signal);
    const moved = movedSince(plan, planFrom(session, still));
    if (moved.length > 0) throw stale(moved);
    const outcomes = await apply(plan, {
      transports: session.transports,
      generation: options.generation,
      recheck: (hosts) => recheck(session, still, hosts, options),
      report,
      signal,
    });
    return { status: 'applied', plan, outcomes };
  } finally {
    for (const lock of locks) lock.release();
  }
}

/** Every host of the cluster, not only those with changes: a second run must not plan around a first one. */
async function lockAll(session: Session, { owner, report, signal }: DeployOptions): Promise<readonly Lock[]> {
  const transports = [...session.transports.values()];
  report({ type: 'locking', hosts: transports.map(({ host }) => host) });
  const taken = await Promise.allSettled(transports.map((transport) => lockHost(transport, owner, signal)));
  const locks = taken.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const refused = taken.find((one) => one.status === 'rejected');
  if (refused === undefined) return locks;
  for (const lock of locks) lock.release();
  throw refused.reason;
}

/** What is still open on hosts that were just changed, held against what they were planned to be. */
async function recheck(
  session: Session,
  planned: Look,
  hosts: readonly string[],
  { report, signal }: DeployOptions,
): Promise<readonly Change[]> {
  const members = session.members.filter(({ host }) => hosts.includes(host.name));
  let open: readonly Change[] = [];
  for (const seconds of SETTLE_SECONDS) {
    await pause(seconds * 1000);
    const now = await look({ ...session, members, unreachable: [] }, report, signal);
    open = openChanges(session, { ...now, wants: planned.wants });
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
