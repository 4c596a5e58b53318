import { randomUUID } from 'node:crypto';
import { fence } from '../apply/lease.ts';
import { Failure } from '../failure.ts';
import { lines } from '../remote/command.ts';
import { arm, inject, parseArm, undoneWithinMs } from './arming.ts';
import { chooseFault } from './choose-fault.ts';
import { expectedReturnMs, takesBack } from './expectation.ts';
import { type Fault, isPossible } from './fault.ts';
import { ailment, PROVEN_MS, serversAt } from './health.ts';
import { measure } from './measure.ts';
import type { FaultName } from './options.ts';
import type { ScenarioResult } from './report.ts';
import { type Restored, restore } from './restore.ts';
import type { Scene } from './scene.ts';
import { ownersAt } from './timeline.ts';
import { waitUntil } from './wait.ts';

/** Milliseconds for a command that should take a fraction of a second. */
const COMMAND_MS = 15_000;

/** Milliseconds for arming, in which the host may rehearse the way back. Nothing is broken yet. */
const ARM_MS = 120_000;

/** How things were just before the fault. */
interface Before {
  readonly owner: string;
  readonly servers: readonly string[] | undefined;
}

/** One fault from a healthy cluster to a healthy cluster. Whatever it breaks it has put back when it returns. */
export async function runScenario(name: FaultName, scene: Scene): Promise<ScenarioResult> {
  scene.report({ kind: 'waiting-for-health', fault: name });
  const ill = await illness(scene);
  if (ill !== undefined) {
    const reason = `nothing was broken, because the cluster is not healthy: ${ill}`;
    return { state: 'not-run', fault: name, because: 'unhealthy', reason };
  }
  await rightfulOwner(scene);
  const before = present(scene);
  const fault = chooseFault(name, scene, before.owner);
  if (!isPossible(fault)) return { state: 'not-run', fault: name, because: 'impossible', reason: fault.reason };

  const guard = fence(scene.lock.nonce);
  const token = randomUUID();
  const armedAt = scene.now();
  let injectedAt = armedAt;
  let problem: Failure | undefined;
  try {
    const { stdout } = await scene.hosts.run(fault.host, lines([guard, arm(fault, token)]), ARM_MS, scene.signal);
    const refusal = parseArm(stdout);
    if (refusal !== undefined)
      return { state: 'not-run', fault: name, because: 'impossible', reason: `${fault.host}: ${refusal}` };
    scene.report({ kind: 'armed', fault: name, host: fault.host, undoneWithinMs: undoneWithinMs(fault) });
    await scene.hosts.run(fault.host, lines([guard, inject(fault, token)]), COMMAND_MS, scene.signal);
    injectedAt = scene.now();
    scene.report({ kind: 'injected', fault: name, title: fault.title, host: fault.host });
    await hold(fault, before, scene);
  } catch (error) {
    problem = asFailure(error);
  }
  scene.report({ kind: 'putting-back', fault: name, host: fault.host, interrupted: scene.signal.aborted });
  const restored = await restore(scene, fault, token, armedAt);
  scene.report({ kind: 'put-back', fault: name, host: fault.host, message: restored.message });
  if (problem === undefined && !restored.confirmed)
    problem = new Failure('connection-lost', `${fault.host} cannot be reached any more`);
  problem ??= notBroken(fault, restored);
  if (problem !== undefined) return broken(fault, problem, restored);
  try {
    return await watchReturn(fault, before, restored, injectedAt, scene);
  } catch (error) {
    return broken(fault, asFailure(error), restored);
  }
}

/** Waits for health; what is still wrong when the time is over. */
async function illness(scene: Scene): Promise<string | undefined> {
  const ill = (): string | undefined => ailment(scene.recorder.seen, scene.now(), scene.service.vip);
  const well = await waitUntil(
    () => watched(scene) && ill() === undefined,
    scene.options.healthSeconds * 1000,
    scene.signal,
  );
  return well ? undefined : (ill() ?? 'it came and went');
}

/**
 * Gives the director that should hold the address the time to take it back: after a fault that a killed run left, the
 * cluster is healthy and about to move. Where it does not move, whoever holds the address is as good.
 */
async function rightfulOwner(scene: Scene): Promise<void> {
  const { cluster, recorder, now, service } = scene;
  const rightful = cluster.directors.find((director) => takesBack(cluster, director));
  if (rightful === undefined || scene.directors.get(rightful.name)?.engine === undefined) return;
  const settled = (): boolean =>
    present(scene).owner === rightful.name && ailment(recorder.seen, now(), service.vip) === undefined;
  const limit = expectedReturnMs(cluster, rightful) + 2 * PROVEN_MS;
  await waitUntil(() => watched(scene) && settled(), limit, scene.signal);
}

function present(scene: Scene): Before {
  const { holdings, tables } = scene.recorder.seen;
  const [owner = ''] = ownersAt(holdings, scene.now());
  return { owner, servers: serversAt(tables, owner, scene.now()) };
}

/** True always; throws when nothing is seen any more, or the lock is lost: other than by a cable that was cut. */
function watched(scene: Scene, fault?: Fault): true {
  scene.streams.check();
  const lost = scene.lock.lost(fault?.hold === 'fixed' ? fault.host : undefined);
  if (lost !== undefined) throw lost;
  return true;
}

/** Keeps it broken: as long as planned, or until the cluster has coped with it and proven so. */
async function hold(fault: Fault, before: Before, scene: Scene): Promise<void> {
  const server = fault.server === undefined ? undefined : `${fault.server.address}:${fault.server.port}`;
  const coped = (): boolean => {
    const { owner, servers } = present(scene);
    if (ailment(scene.recorder.seen, scene.now(), scene.service.vip) !== undefined) return false;
    if (fault.effect === 'takeover') return owner !== before.owner;
    return server !== undefined && servers !== undefined && !servers.includes(server);
  };
  await waitUntil(() => watched(scene, fault) && fault.hold === 'until-seen' && coped(), fault.holdMs, scene.signal);
}

/** Watches until all is as it was, or should have been long ago. */
async function watchReturn(
  fault: Fault,
  before: Before,
  restored: Restored,
  injectedAt: number,
  scene: Scene,
): Promise<ScenarioResult> {
  const { recorder, now, cluster } = scene;
  scene.report({ kind: 'settling', fault: fault.name });
  if (fault.hold === 'fixed') await scene.streams.resumeWatch(fault.host, COMMAND_MS, scene.signal);
  await scene.streams.reviveWatches(COMMAND_MS, scene.signal);
  const restoredAt = now();
  const owner = cluster.directors.find(({ name }) => name === before.owner);
  const returns = owner !== undefined && takesBack(cluster, owner);
  // Where nothing should move, that is watched for as long as a wrong move would take.
  const stays = fault.effect === 'takeover' && owner !== undefined && !returns;
  const until = restoredAt + PROVEN_MS + (stays ? expectedReturnMs(cluster, owner) : 0);
  const whole = (): boolean => {
    if (now() < until || ailment(recorder.seen, now(), scene.service.vip) !== undefined) return false;
    const here = present(scene);
    if (returns && here.owner !== before.owner) return false;
    return here.servers === undefined || here.servers.join(' ') === (before.servers ?? here.servers).join(' ');
  };
  const recovered = await waitUntil(() => watched(scene, fault) && whole(), fault.settleMs, scene.signal);
  const names = [...scene.directors].flatMap(([name, { macs }]) => macs.map((mac) => [mac, name] as const));
  const { times } = restored;
  return measure(
    {
      ...recorder.seen,
      neighbours: recorder.neighbours,
      names: new Map(names),
      fault: fault.name,
      title: fault.title,
      host: fault.host,
      beganAt: recorder.timeOf(fault.host, times?.beganMs, injectedAt),
      undoneAt: recorder.timeOf(fault.host, times?.undoneMs, restoredAt),
      undoneBy: times?.undoneBy ?? 'lvsctl',
      endedAt: now(),
      recovered,
      expected: fault.expects,
      server: fault.server && `${fault.server.address}:${fault.server.port}`,
    },
    scene.options.maxGapMs,
  );
}

/** A host that breaks itself later may refuse when lvsctl cannot hear it. */
function notBroken(fault: Fault, { times }: Restored): Failure | undefined {
  if (times === undefined || times.gone || times.beganMs !== undefined) return undefined;
  return new Failure('command', `${fault.host} did not begin the fault: ${times.refused ?? 'it left no reason'}`);
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
