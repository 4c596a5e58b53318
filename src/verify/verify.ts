import { Failure } from '../failure.ts';
import type { Transport } from '../remote/transport.ts';
import type { Cluster, VirtualServer } from '../inventory/cluster.ts';
import { arpScript, readArp } from './arp-question.ts';
import type { Answers, Check, CheckResult, ClientAnswers, Evidence } from './check.ts';
import { answers } from './checks/answers.ts';
import { arp } from './checks/arp.ts';
import { configuration } from './checks/configuration.ts';
import { owner } from './checks/owner.ts';
import { reachable } from './checks/reachable.ts';
import { realServers } from './checks/real-server.ts';
import { rotation } from './checks/rotation.ts';
import { table } from './checks/table.ts';
import { type Counters, countedBetween, countersScript, readCounters } from './counters.ts';
import { longestWait, readAnswers, requestScript } from './requests.ts';

/** What verify proves, in the order in which a person wants to know it: the client's view first. */
export const CHECKS: readonly Check[] = [reachable, answers, rotation, owner, arp, table, realServers, configuration];

export function judge(evidence: Evidence): readonly CheckResult[] {
  return CHECKS.flatMap((check) => check(evidence));
}

/** The question about ARP takes two seconds. */
const ARP_TIMEOUT_MS = 20_000;
const COUNT_TIMEOUT_MS = 20_000;
/** How often the directors are asked at the most until they have counted every answered request. */
const READINGS = 4;

/**
 * Asks from the client, if there is one and it is connected.
 * @returns what it answered, or why it could not be asked
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
 * Asks the cluster from the client's side: pages and ARP at the same time, one command each. Where the pages do not tell
 * the real servers apart it asks once more, and has the directors count.
 * @throws Failure as the transport does.
 */
export async function askFromClient(
  cluster: Cluster,
  client: Transport,
  directors: readonly Transport[],
  signal: AbortSignal,
): Promise<ClientAnswers> {
  const [answered, arped] = await Promise.all([
    Promise.all(
      cluster.virtualServers.map(async (server) => {
        const seen = await request(server, client, signal);
        return seen.sequence.includes('?') ? requestAndCount(server, client, directors, signal) : seen;
      }),
    ),
    Promise.all(
      cluster.vrrp_instance.virtual_ipaddress.map(async ({ address }) =>
        readArp(address, (await client.run(arpScript(address), { timeoutMs: ARP_TIMEOUT_MS, signal })).stdout),
      ),
    ),
  ]);
  return { answers: answered, arp: arped };
}

async function request(server: VirtualServer, client: Transport, signal: AbortSignal): Promise<Answers> {
  const { exitCode, stdout, stderr } = await client.run(requestScript(server), {
    timeoutMs: longestWait(server),
    signal,
  });
  if (exitCode !== 0)
    throw new Failure('command', `${client.host}: the requests to ${server.vip}:${server.port} cannot be made`, {
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
  server: VirtualServer,
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
  // A kernel that is short of time sums up late: the first reading waits for earlier requests, the last ones for these.
  await count();
  const before = await count();
  const seen = await request(server, client, signal);
  const answered = seen.sequence.filter((from) => from !== undefined).length;
  let counted = countedBetween(server, before, await count());
  for (let reading = 1; reading < READINGS && sumOf(counted) < answered; reading += 1)
    counted = countedBetween(server, before, await count());
  return { ...seen, counted };
}
