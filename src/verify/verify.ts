import { Failure } from '../failure.ts';
import type { Transport } from '../remote/transport.ts';
import { type Cluster, type RequestedServer, requestedServer, virtualAddressesOf } from '../inventory/cluster.ts';
import { neighbourScript, readNeighbours } from './neighbours.ts';
import type { Answers, Check, CheckResult, ClientAnswers, Evidence } from './check.ts';
import { answers } from './checks/answers.ts';
import { arp } from './checks/arp.ts';
import { configuration } from './checks/configuration.ts';
import { owner } from './checks/owner.ts';
import { reachable } from './checks/reachable.ts';
import { methods } from './checks/methods.ts';
import { rotation } from './checks/rotation.ts';
import { table } from './checks/table.ts';
import { type Counters, countedBetween, countersScript, readCounters } from './counters.ts';
import { longestWait, readAnswers, requestScript } from './requests.ts';

/** All checks, in display order: the client's view first. */
export const CHECKS: readonly Check[] = [reachable, answers, rotation, owner, arp, table, methods, configuration];

export function judge(evidence: Evidence): readonly CheckResult[] {
  return CHECKS.flatMap((check) => check(evidence));
}

/** The question takes two seconds. */
const NEIGHBOURS_TIMEOUT_MS = 20_000;
const COUNT_TIMEOUT_MS = 20_000;
/** Maximum number of readings until the directors have counted all answered requests. */
const READINGS = 4;
/** Maximum number of times that requests are sent and counted: an entry that is recreated meanwhile counts from zero. */
const ATTEMPTS = 3;

/**
 * Runs the measurements on the client, if it is connected.
 * @returns the measurements, or why they failed
 * @throws Failure `interrupted`
 */
export async function askClient(
  cluster: Cluster,
  transports: ReadonlyMap<string, Transport>,
  signal: AbortSignal,
): Promise<ClientAnswers | Failure | undefined> {
  const client = cluster.client && transports.get(cluster.client.name);
  if (client === undefined) return undefined;
  const directors = cluster.directors.flatMap(({ name }) => transports.get(name) ?? []);
  try {
    return await askFromClient(cluster, client, directors, signal);
  } catch (error) {
    if (error instanceof Failure && error.code !== 'interrupted') return error;
    throw error;
  }
}

/**
 * Queries the cluster from the client: pages and ARP in parallel, one command each. Where the pages do not identify
 * the real servers, the requests are repeated and counted by the directors.
 * @throws Failure as the transport does.
 */
export async function askFromClient(
  cluster: Cluster,
  client: Transport,
  directors: readonly Transport[],
  signal: AbortSignal,
): Promise<ClientAnswers> {
  const [answered, neighbours] = await Promise.all([
    Promise.all(
      cluster.virtualServers
        .flatMap((server) => requestedServer(server) ?? [])
        .map(async (server) => {
          const seen = await request(server, client, signal);
          return seen.sequence.includes('?') ? requestAndCount(server, client, directors, signal) : seen;
        }),
    ),
    Promise.all(
      virtualAddressesOf(cluster).map(async ({ address }) =>
        readNeighbours(
          address,
          (await client.run(neighbourScript(address), { timeoutMs: NEIGHBOURS_TIMEOUT_MS, signal })).stdout,
        ),
      ),
    ),
  ]);
  return { answers: answered, neighbours };
}

async function request(server: RequestedServer, client: Transport, signal: AbortSignal): Promise<Answers> {
  const { exitCode, stdout, stderr } = await client.run(requestScript(server), {
    timeoutMs: longestWait(server),
    signal,
  });
  if (exitCode !== 0)
    throw new Failure('command', `${client.host}: cannot send requests to ${server.name}`, {
      host: client.host,
      exitCode,
      stderr,
      hint: `${client.host} needs curl, head, sha256sum and room for a few small files in its temporary folder.`,
    });
  return readAnswers(server, stdout);
}

const sumOf = (counts: ReadonlyMap<string, number>): number =>
  [...counts.values()].reduce((sum, count) => sum + count, 0);

async function requestAndCount(
  server: RequestedServer,
  client: Transport,
  directors: readonly Transport[],
  signal: AbortSignal,
): Promise<Answers> {
  const count = (): Promise<readonly Counters[]> =>
    Promise.all(
      directors.map(async (director) => {
        const { stdout } = await director.run(countersScript(server), { timeoutMs: COUNT_TIMEOUT_MS, signal });
        return readCounters(stdout);
      }),
    );
  // A busy kernel updates counters late: the first reading waits for earlier requests, the last ones for these.
  await count();
  let before = await count();
  for (let attempt = 1; ; attempt += 1) {
    const seen = await request(server, client, signal);
    const answered = seen.sequence.filter((from) => from !== undefined).length;
    let after = await count();
    for (let reading = 1; reading < READINGS && sumOf(countedBetween(server, before, after)) < answered; reading += 1)
      after = await count();
    const counted = countedBetween(server, before, after);
    if (sumOf(counted) >= answered || attempt === ATTEMPTS) return { ...seen, counted };
    before = after;
  }
}
