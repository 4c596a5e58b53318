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
  /** A name for this run, sortable by time; former files are kept below it. */
  readonly generation: string;
  /** Once it is lost no further wave is begun. */
  readonly lock: Pick<ClusterLock, 'nonce' | 'lost'>;
  /** Looks at hosts again after a wave and tells what is still not as it must be. */
  readonly recheck: (made: readonly Change[]) => Promise<readonly Change[]>;
  readonly report: (event: ApplyEvent) => void;
  /** Once it is aborted no further wave is begun. */
  readonly signal: AbortSignal;
}

/**
 * Makes the changes of a plan, wave by wave. A wave begins only when every change of the one before is done and its
 * hosts, looked at again, are as they must be; verify looks after the last one. Never throws half a result away.
 */
export async function apply(plan: Plan, context: ApplyContext): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  let stopped: string | undefined;
  for (const [index, wave] of plan.waves.entries()) {
    if (context.signal.aborted) stopped ??= 'interrupted before it was begun';
    stopped ??= context.lock.lost()?.message;
    if (stopped !== undefined) {
      const because = stopped;
      outcomes.push(...wave.changes.map((change): Outcome => ({ change, status: 'skipped', because })));
      continue;
    }
    const hosts = [...new Set(wave.changes.map((change) => change.host))];
    context.report({ type: 'wave', index, count: plan.waves.length, title: wave.title, hosts });
    const last = index === plan.waves.length - 1;
    const made = await makeWave(wave, hosts, context);
    const proven =
      last || made.some((outcome) => outcome.status !== 'done') ? made : await lookAgain(made, hosts, context);
    outcomes.push(...proven);
    if (proven.some((outcome) => outcome.status !== 'done')) stopped = `a change in the wave "${wave.title}" failed`;
  }
  return outcomes;
}

async function makeWave(wave: Wave, hosts: readonly string[], context: ApplyContext): Promise<readonly Outcome[]> {
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

/** The gate between waves: what was done and is not so when looked at again has failed. */
async function lookAgain(
  made: readonly Outcome[],
  hosts: readonly string[],
  context: ApplyContext,
): Promise<readonly Outcome[]> {
  context.report({ type: 'checking', hosts });
  const left = await lookOrTell(
    context,
    made.map(({ change }) => change),
  );
  // What is done is done; an interruption begins no other wave anyway.
  if (left instanceof Failure && left.code === 'interrupted') return made;
  if (left instanceof Failure) return made.map(({ change }): Outcome => ({ change, status: 'failed', failure: left }));
  return made.map((outcome): Outcome => {
    const { change } = outcome;
    const open = left.find((one) => isSame(one, change));
    if (open === undefined) return outcome;
    const what = open.fields
      .map(({ name, before, text }) => `${name} is ${text === true ? 'another' : (before ?? 'not there')}`)
      .join(', ');
    const failure = new Failure(
      'command',
      `${change.host}: ${change.kind} ${change.key} did not stay as it was made: ${what}`,
      {
        host: change.host,
        hint: `Look at its log on ${change.host}; the hosts of later waves were left as they are.`,
      },
    );
    return { change, status: 'failed', failure };
  });
}

/** A look that fails proves nothing, and the outcomes of what was done must not get lost with it. */
async function lookOrTell(context: ApplyContext, made: readonly Change[]): Promise<readonly Change[] | Failure> {
  try {
    return await context.recheck(made);
  } catch (error) {
    if (error instanceof Failure) return error;
    throw error;
  }
}
