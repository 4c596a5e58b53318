import type { ClusterLock } from '../apply/cluster-lock.ts';
import { fenceUnlessTaken } from '../apply/lease.ts';
import { Failure } from '../failure.ts';
import type { Cluster } from '../inventory/cluster.ts';
import { nameOfPlace } from '../keepalived/ipvs/name.ts';
import { lines } from '../remote/command.ts';
import type { Transport } from '../remote/transport.ts';
import type { TestContext } from './context.ts';
import { longestSeconds } from './expectation.ts';
import { gatherFacts, undoFormerFaults } from './facts.ts';
import { Hosts, type Reconnect } from './hosts.ts';
import { summaryOf } from './measure.ts';
import { type FaultName, faultNamed, faultsOf } from './faults/faults.ts';
import { candidates, movingWith } from './moving.ts';
import { type FailoverOptions, optionsProblem } from './options.ts';
import { planProbe } from './probe.ts';
import { cleanUp } from './put-back.ts';
import { Recorder } from './recorder.ts';
import type { FailoverEvent, FailoverReport, ScenarioResult } from './report.ts';
import { runScenario } from './scenario.ts';
import { askedService, titleOf } from './service.ts';
import { Streams } from './streams.ts';
import { kernelPlace, kernelService } from './watch.ts';

/** Time-out in milliseconds for probing a host, and for cleaning it up. */
const PROBE_MS = 20_000;

/**
 * Injects one fault after the other while the client sends a steady stream of requests, and measures what the client sees.
 * Each fault needs a healthy cluster, is armed to undo itself, and is undone before the next begins. The test ends after a
 * fault from which the cluster does not recover, and when `lock` is lost. Once another run holds the lock, nothing is
 * injected, undone or cleaned up.
 *
 * When `signal` aborts, the current fault is undone first, and the report has `interrupted` set. At the end every host is
 * cleaned up; a host where that fails is reported, and the test has failed.
 *
 * `reconnect` opens another connection to a director whose cable was cut; without it the old one must recover.
 * @throws Failure before anything is broken: `inventory` without a client or a service that can be asked, and failures of probing the hosts.
 */
export async function failoverTest(
  cluster: Cluster,
  transports: ReadonlyMap<string, Transport>,
  lock: Pick<ClusterLock, 'nonce' | 'lost' | 'renew'>,
  options: FailoverOptions,
  report: (event: FailoverEvent) => void,
  signal: AbortSignal,
  reconnect?: Reconnect,
): Promise<FailoverReport> {
  const began = performance.now();
  const { client } = cluster;
  if (client === undefined)
    throw new Failure('inventory', 'a failover test needs a client: a host that is neither director nor real server', {
      hint: 'Directors and real servers have the VIP themselves. Name another host as `client`.',
    });

  const problem = optionsProblem(options);
  if (problem !== undefined) throw new Failure('inventory', problem);
  const service = askedService(cluster, options.virtualServer);
  const moving = movingWith(cluster, service.vip);
  const faults = options.faults ?? faultsOf({ cluster, moving });
  const seconds = longestSeconds(moving, service, options, faults.length);
  const probe = planProbe(options, service, seconds);

  const now = (): number => performance.now();
  const hosts = new Hosts(transports, reconnect);
  const recorder = new Recorder(
    {
      vip: service.vip,
      service: kernelService(service, service),
      servers: new Map(service.pool.map((member) => [kernelPlace(member), nameOfPlace(member)])),
      statuses: service.verify.status_code,
    },
    now,
    (owners) => report({ kind: 'owners', owners }),
  );
  const streams = new Streams(hosts, recorder, seconds);
  const involved = [...cluster.directors, ...cluster.realServers].map(({ name }) => name);
  const scenarios: ScenarioResult[] = [];
  let notCleanedUp: FailoverReport['notCleanedUp'] = [];
  try {
    await undoFormerFaults(cluster, lock, hosts, recorder, report, PROBE_MS, signal);
    const facts = await gatherFacts(cluster, service, transports, signal);
    const context: TestContext = {
      cluster,
      client,
      service,
      moving,
      options,
      ...facts,
      lock,
      hosts,
      recorder,
      streams,
      report,
      now,
      signal,
    };
    for (const { name } of candidates(cluster, moving)) streams.startWatch(name);
    streams.startProbe(client.name, service.vip, probe);
    for (const fault of faults) {
      const result = await runNext(fault, scenarios, context);
      scenarios.push(result);
      report({ kind: 'scenario', result });
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await streams.stop();
    const failed = await cleanUpAll(involved, lock, hosts);
    if (failed.length > 0) report({ kind: 'clean-up-failed', hosts: failed });
    notCleanedUp = failed.map(({ host, failure: { code } }) => ({ host, code }));
    await relock(scenarios, lock, hosts, AbortSignal.timeout(PROBE_MS)).catch(() => undefined);
    hosts.close();
  }
  return {
    ...summaryOf(scenarios, signal.aborted, notCleanedUp.length === 0),
    interrupted: signal.aborted,
    notCleanedUp,
    cluster: cluster.name,
    service: titleOf(service),
    client: client.name,
    maxGapMs: options.maxGapMs,
    tookMs: Math.round(performance.now() - began),
    scenarios,
  };
}

/** Runs a fault, unless an earlier one has ended the test. */
async function runNext(
  fault: FaultName,
  before: readonly ScenarioResult[],
  context: TestContext,
): Promise<ScenarioResult> {
  const notRun = (reason: string): ScenarioResult => ({ state: 'not-run', fault, because: 'ended', reason });
  if (context.signal.aborted) return notRun('the test was interrupted');
  const stopped = before.find(
    (each) =>
      each.state === 'failed' ||
      each.state === 'interrupted' ||
      (each.state === 'measured' && !each.recovered) ||
      (each.state === 'not-run' && each.because === 'unhealthy'),
  );
  if (stopped !== undefined) return notRun(`the test ended after ${stopped.fault}`);
  try {
    await relock(before, context.lock, context.hosts, context.signal);
  } catch (error) {
    if (error instanceof Failure) return notRun(error.message);
    throw error;
  }
  const lost = context.lock.lost();
  if (lost !== undefined) return notRun(lost.message);
  try {
    return await runScenario(fault, context);
  } catch (error) {
    if (context.signal.aborted) return notRun('the test was interrupted before anything was broken');
    throw error;
  }
}

/** Cleans up every host, over a new connection where the old one is dead; returns the hosts where that fails. */
async function cleanUpAll(
  names: readonly string[],
  lock: Pick<ClusterLock, 'nonce'>,
  hosts: Hosts,
): Promise<readonly { readonly host: string; readonly failure: Failure }[]> {
  const command = lines([fenceUnlessTaken(lock.nonce), cleanUp()]);
  const clean = (host: string): Promise<unknown> =>
    hosts.run(host, command, PROBE_MS, AbortSignal.timeout(PROBE_MS), { onGiveUp: 'leave' });
  const failed = await Promise.all(
    [...new Set(names)].map(async (host) => {
      try {
        await clean(host).catch(async (error: unknown) => {
          if (!(error instanceof Failure) || error.code !== 'connection-lost' || !hosts.canRenew) throw error;
          await hosts.renew(host, AbortSignal.timeout(PROBE_MS));
          await clean(host);
        });
        return [];
      } catch (error) {
        return [{ host, failure: notCleaned(host, error) }];
      }
    }),
  );
  return failed.flat();
}

function notCleaned(host: string, error: unknown): Failure {
  const failure = error instanceof Failure ? error : new Failure('connection-lost', String(error), { cause: error });
  const cause = failure.message.replace(`${host}: `, '');
  return new Failure(failure.code, `${host}: cannot clean up after the test: ${cause}`, {
    ...failure.detail,
    host,
    hint:
      failure.code === 'locked'
        ? 'If that run is a failover-test, it cleans up itself; otherwise run failover-test again after it has ended.'
        : 'The host keeps undoing the fault by itself, and the next failover-test cleans up first.',
  });
}

/** A long cut breaks the connection that held the lock of its host, so that lock is taken again. */
async function relock(
  results: readonly ScenarioResult[],
  lock: Pick<ClusterLock, 'renew'>,
  hosts: Hosts,
  signal: AbortSignal,
): Promise<void> {
  for (const result of results)
    if (result.state !== 'not-run' && faultNamed(result.fault).cutsConnection)
      await lock.renew(hosts.get(result.host), signal);
}
