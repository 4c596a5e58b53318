import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { fence } from '../apply/lease.ts';
import { Failure } from '../failure.ts';
import { lines } from '../remote/command.ts';
import { arm, inject, parseArm, undoneWithinMs } from './arming.ts';
import type { TestContext } from './context.ts';
import { expectedReturnMs, preemptsOnReturn } from './expectation.ts';
import { type Fault, isPossible } from './fault.ts';
import { healthProblem, PROVEN_MS, serversAt } from './health.ts';
import { measure } from './measure.ts';
import { type FaultName, faultNamed } from './faults/faults.ts';
import { nameOfPlace } from '../keepalived/ipvs/name.ts';
import { ownersAt } from './owners.ts';
import { knownAfterMs } from './probe.ts';
import { restore, type Restored } from './put-back.ts';
import type { ScenarioResult } from './report.ts';

/** Time-out in milliseconds of a command that should take a fraction of a second. */
const COMMAND_MS = 15_000;

/** Time-out in milliseconds for arming, during which the host may rehearse the undo. Nothing is broken yet. */
const ARM_MS = 120_000;

/** State of the cluster just before the fault. */
interface Baseline {
  readonly owner: string;
  readonly servers: readonly string[] | undefined;
}

/** Runs one fault, from a healthy cluster to a healthy cluster. Whatever was broken has been undone when it returns. */
export async function runScenario(name: FaultName, context: TestContext): Promise<ScenarioResult> {
  context.report({ kind: 'waiting-for-health', fault: name });
  const unhealthy = await awaitHealth(context);
  if (unhealthy !== undefined) {
    const reason = `the cluster is not healthy: ${unhealthy}; nothing was broken`;
    return { state: 'not-run', fault: name, because: 'unhealthy', reason };
  }
  await awaitPreferredOwner(context);
  const before = currentState(context);
  const fault = faultNamed(name).choose(context, before.owner);
  if (!isPossible(fault)) return { state: 'not-run', fault: name, because: 'impossible', reason: fault.reason };

  const guard = fence(context.lock.nonce);
  const token = randomUUID();
  const armedAt = context.now();
  let injectedAt = armedAt;
  let problem: Failure | undefined;
  try {
    const { stdout } = await context.hosts.run(fault.host, lines([guard, arm(fault, token)]), ARM_MS, context.signal);
    const refusal = parseArm(stdout);
    if (refusal !== undefined)
      return { state: 'not-run', fault: name, because: 'impossible', reason: `${fault.host}: ${refusal}` };
    context.report({ kind: 'armed', fault: name, host: fault.host, undoneWithinMs: undoneWithinMs(fault) });
    await context.hosts.run(fault.host, lines([guard, inject(fault, token)]), COMMAND_MS, context.signal);
    injectedAt = context.now();
    context.report({ kind: 'injected', fault: name, title: fault.title, host: fault.host });
    await hold(fault, before, context);
  } catch (error) {
    problem = asFailure(error);
  }
  context.report({ kind: 'putting-back', fault: name, host: fault.host, interrupted: context.signal.aborted });
  const restored = await restore(context, fault, token, armedAt);
  context.report({ kind: 'put-back', fault: name, host: fault.host, message: restored.message });
  if (problem === undefined && !restored.confirmed)
    problem = new Failure('connection-lost', `${fault.host}: cannot be reached any more`);
  problem ??= notBroken(fault, restored);
  if (problem !== undefined) return broken(fault, problem, restored);
  try {
    return await watchReturn(fault, before, restored, injectedAt, context);
  } catch (error) {
    return broken(fault, asFailure(error), restored);
  }
}

/** Waits for a healthy cluster; returns the problem that remains at the end of that time. */
async function awaitHealth(context: TestContext): Promise<string | undefined> {
  const problem = (): string | undefined => problemIn(context);
  const healthy = await waitUntil(
    () => isObserved(context) && problem() === undefined,
    context.options.healthSeconds * 1000,
    context.signal,
  );
  return healthy ? undefined : (problem() ?? 'its state keeps changing');
}

/**
 * Gives the preferred director time to preempt: after the fault of a killed run the cluster may be healthy but about to
 * move. If it does not move, the current owner will do.
 */
async function awaitPreferredOwner(context: TestContext): Promise<void> {
  const { moving } = context;
  const preferred = moving[0].members[0]?.director;
  if (preferred === undefined || !preemptsOnReturn(moving, preferred)) return;
  if (context.directors.get(preferred)?.engine === undefined) return;
  const settled = (): boolean => currentState(context).owner === preferred && problemIn(context) === undefined;
  const limit = expectedReturnMs(moving, preferred) + 2 * PROVEN_MS;
  await waitUntil(() => isObserved(context) && settled(), limit, context.signal);
}

function currentState(context: TestContext): Baseline {
  const { holdings, tables } = context.recorder.seen;
  const at = seenUntil(context);
  const [owner = ''] = ownersAt(holdings, at);
  return { owner, servers: serversAt(tables, owner, at) };
}

/** The time until which the result of every request is known. */
function seenUntil({ now, service, options }: TestContext): number {
  return now() - knownAfterMs(service.ask, options);
}

function problemIn(context: TestContext): string | undefined {
  return healthProblem(context.recorder.seen, seenUntil(context), context.service.vip);
}

/** Always true; throws when the request stream has ended, or the lock is lost by anything but a cut cable. */
function isObserved(context: TestContext, fault?: Fault): true {
  context.streams.check();
  const lost = context.lock.lost(fault?.hold === 'fixed' ? fault.host : undefined);
  if (lost !== undefined) throw lost;
  return true;
}

/** Keeps the fault in place for its planned duration, or until the cluster has provably recovered from it. */
async function hold(fault: Fault, before: Baseline, context: TestContext): Promise<void> {
  const server = fault.server && nameOfPlace(fault.server);
  const recovered = (): boolean => {
    const { owner, servers } = currentState(context);
    if (problemIn(context) !== undefined) return false;
    if (faultNamed(fault.name).effect === 'takeover') return owner !== before.owner;
    return server !== undefined && servers !== undefined && !servers.includes(server);
  };
  await waitUntil(
    () => isObserved(context, fault) && fault.hold === 'until-seen' && recovered(),
    fault.holdMs,
    context.signal,
  );
}

/** Observes the cluster until its former state is restored, or the limit for that has passed. */
async function watchReturn(
  fault: Fault,
  before: Baseline,
  restored: Restored,
  injectedAt: number,
  context: TestContext,
): Promise<ScenarioResult> {
  const { recorder, now, moving } = context;
  context.report({ kind: 'settling', fault: fault.name });
  if (fault.hold === 'fixed') await context.streams.resumeWatch(fault.host, COMMAND_MS, context.signal);
  await context.streams.reviveWatches(COMMAND_MS, context.signal);
  const restoredAt = now();
  const returns = preemptsOnReturn(moving, before.owner);
  // Where the owner should not change, observe for as long as a wrong change would take.
  const stays = faultNamed(fault.name).effect === 'takeover' && !returns;
  const until = restoredAt + PROVEN_MS + (stays ? expectedReturnMs(moving, before.owner) : 0);
  const restoredState = (): boolean => {
    if (seenUntil(context) < until || problemIn(context) !== undefined) return false;
    const current = currentState(context);
    if (returns && current.owner !== before.owner) return false;
    return current.servers === undefined || current.servers.join(' ') === (before.servers ?? current.servers).join(' ');
  };
  const recovered = await waitUntil(
    () => isObserved(context, fault) && restoredState(),
    fault.settleMs,
    context.signal,
  );
  const { times } = restored;
  return measure(
    {
      ...recorder.seen,
      neighbours: recorder.neighbours,
      names: namesByMac(context.directors),
      fault: fault.name,
      title: fault.title,
      host: fault.host,
      beganAt: recorder.timeOf(fault.host, times?.beganMs, injectedAt),
      undoneAt: recorder.timeOf(fault.host, times?.undoneMs, restoredAt),
      undoneBy: times?.undoneBy ?? 'lvsctl',
      endedAt: seenUntil(context),
      recovered,
      expected: fault.expects,
      server: fault.server && nameOfPlace(fault.server),
    },
    context.options.maxGapMs,
  );
}

/** A virtual MAC address, which moves with the VIP, names no host. */
function namesByMac(directors: TestContext['directors']): ReadonlyMap<string, string> {
  const all = [...directors].flatMap(([name, { macs }]) => [...new Set(macs)].map((mac) => [mac, name] as const));
  return new Map(all.filter(([mac]) => all.filter(([other]) => other === mac).length === 1));
}

/** A fault that begins with a delay may be refused after the answer to the command. */
function notBroken(fault: Fault, { times }: Restored): Failure | undefined {
  if (times === undefined || times.gone || times.beganMs !== undefined) return undefined;
  return new Failure('command', `${fault.host} did not inject the fault: ${times.refused ?? 'no reason given'}`);
}

function broken(fault: Fault, problem: Failure, { confirmed, message }: Restored): ScenarioResult {
  return {
    state: problem.code === 'interrupted' ? 'interrupted' : 'failed',
    fault: fault.name,
    title: fault.title,
    host: fault.host,
    reason: problem.message,
    putBack: { confirmed, message },
  };
}

function asFailure(error: unknown): Failure {
  return error instanceof Failure ? error : new Failure('connection-lost', String(error), { cause: error });
}

/** Milliseconds between two evaluations of the condition. */
const POLL_MS = 50;

/**
 * Waits until `done` returns true; false when it does not within `limitMs`.
 * @throws Failure `interrupted` when the signal aborts, and whatever `done` throws.
 */
export async function waitUntil(done: () => boolean, limitMs: number, signal: AbortSignal): Promise<boolean> {
  const end = performance.now() + limitMs;
  for (;;) {
    if (signal.aborted) throw new Failure('interrupted', 'the test was interrupted');
    if (done()) return true;
    if (performance.now() >= end) return false;
    await sleep(POLL_MS, undefined, { signal }).catch(() => undefined);
  }
}
