import { Failure } from '../failure.ts';
import { type Change, isSame } from '../plan/change.ts';
import type { Plan } from '../plan/plan.ts';
import type { Wave } from '../plan/waves.ts';
import type { Transport } from '../remote/transport.ts';
import { applyHost } from './apply-host.ts';
import type { ClusterLock } from './cluster-lock.ts';
import type { ApplyEvent, Outcome } from './outcome.ts';

export interface ApplyContext {
  readonly transports: ReadonlyMap<string, Transport>;
  /** Name of this run, sortable by time; replaced files are backed up under it. */
  readonly generation: string;
  /** Once it is lost, no further wave starts. */
  readonly lock: Pick<ClusterLock, 'nonce' | 'lost'>;
  /** Observes the hosts again after a wave and returns the changes that are still needed. */
  readonly recheck: (made: readonly Change[]) => Promise<readonly Change[]>;
  readonly report: (event: ApplyEvent) => void;
  /** Once it is aborted, no further wave starts. */
  readonly signal: AbortSignal;
}

/**
 * Applies a plan wave by wave. A wave starts only when every change of the previous one is done and its hosts, observed
 * again, need no more of them; verify checks the last one. Never throws half a result away.
 */
export async function apply(plan: Plan, context: ApplyContext): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  let stopped: string | undefined;
  for (const [index, wave] of plan.waves.entries()) {
    if (context.signal.aborted) stopped ??= 'interrupted before it started';
    stopped ??= context.lock.lost()?.message;
    if (stopped !== undefined) {
      const because = stopped;
      outcomes.push(...wave.changes.map((change): Outcome => ({ change, status: 'skipped', because })));
      continue;
    }
    const hosts = [...new Set(wave.changes.map((change) => change.host))];
    context.report({ type: 'wave', index, count: plan.waves.length, title: wave.title, hosts });
    const last = index === plan.waves.length - 1;
    const made = await applyWave(wave, hosts, context);
    const proven =
      last || made.some((outcome) => outcome.status !== 'done') ? made : await recheckWave(made, hosts, context);
    outcomes.push(...proven);
    if (proven.some((outcome) => outcome.status !== 'done')) stopped = `a change in the wave "${wave.title}" failed`;
  }
  return outcomes;
}

async function applyWave(wave: Wave, hosts: readonly string[], context: ApplyContext): Promise<readonly Outcome[]> {
  const perHost = await Promise.all(
    hosts.map(async (host): Promise<readonly Outcome[]> => {
      const changes = wave.changes.filter((change) => change.host === host);
      const transport = context.transports.get(host);
      if (transport === undefined)
        return changes.map((change) => ({ change, status: 'skipped', because: 'not connected' }));
      return applyHost(transport, changes, context);
    }),
  );
  return perHost.flat();
}

/** The gate between waves: a change that is done but still needed when observed again has failed. */
async function recheckWave(
  made: readonly Outcome[],
  hosts: readonly string[],
  context: ApplyContext,
): Promise<readonly Outcome[]> {
  context.report({ type: 'checking', hosts });
  const left = await recheckOrFailure(
    context,
    made.map(({ change }) => change),
  );
  // The changes are made; after an interruption no other wave starts anyway.
  if (left instanceof Failure && left.code === 'interrupted') return made;
  if (left instanceof Failure) return made.map(({ change }): Outcome => ({ change, status: 'failed', failure: left }));
  return made.map((outcome): Outcome => {
    const { change } = outcome;
    const open = left.find((one) => isSame(one, change));
    if (open === undefined) return outcome;
    const what = open.fields
      .map(({ name, before, text }) => `${name} is ${text === true ? 'different' : (before ?? 'missing')}`)
      .join(', ');
    const failure = new Failure(
      'command',
      `${change.host}: ${change.kind} ${change.key} was applied but is not in effect: ${what}`,
      {
        host: change.host,
        hint: `Check its log on ${change.host}. The hosts of later waves were not changed.`,
      },
    );
    return { change, status: 'failed', failure };
  });
}

/** A failed observation proves nothing, and must not lose the outcomes of the changes that were made. */
async function recheckOrFailure(context: ApplyContext, made: readonly Change[]): Promise<readonly Change[] | Failure> {
  try {
    return await context.recheck(made);
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}
