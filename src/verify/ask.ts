import pLimit from 'p-limit';
import { Failure } from '../failure.ts';
import { type Cluster, serviceAddressesOf } from '../inventory/cluster.ts';
import type { Transport } from '../remote/transport.ts';
import type { Answers, ClientAnswers, NeighbourAnswers } from './check.ts';
import { type Counters, countedBetween, countersScript, readCounters } from './counters.ts';
import { neighbourScript, readNeighbours } from './neighbours.ts';
import { type Question, questionsOf } from './question.ts';
import { longestWait, readAnswers, requestScript } from './requests.ts';

/** Scripts that the client runs at the same time: its sessions are few. */
const SERVICES_AT_ONCE = 4;
const NEIGHBOURS_AT_ONCE = 2;
/** Time after which nothing more is asked. */
const START_MS = 60_000;
/** One answer takes two seconds. */
const NEIGHBOURS_TIMEOUT_MS = 20_000;
const COUNT_TIMEOUT_MS = 20_000;
/** Maximum number of readings until the directors have counted all answered requests. */
const READINGS = 4;
/** Maximum number of times that requests are sent and counted: an entry that is recreated meanwhile counts from zero. */
const ATTEMPTS = 3;

const LATE = `verify asks for ${START_MS / 1000} s`;

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
 * Queries the cluster from the client: pages and ARP in parallel, one command each. What pages do not show is asked
 * once more and counted by the directors.
 * @throws Failure as the transport does.
 */
export async function askFromClient(
  cluster: Cluster,
  client: Transport,
  directors: readonly Transport[],
  signal: AbortSignal,
): Promise<ClientAnswers> {
  const { questions, unasked } = questionsOf(cluster);
  const [asked, neighbours] = await Promise.all([
    askServices(questions, client, directors, signal),
    askNeighbours(cluster, client, signal),
  ]);
  const late = asked.flatMap((answers, index) => {
    const question = questions[index];
    return answers === undefined && question !== undefined ? [{ service: question.service, why: LATE }] : [];
  });
  return { answers: asked.filter((answers) => answers !== undefined), unasked: [...unasked, ...late], neighbours };
}

/** In the order of the questions; undefined for one that there was no time for. */
async function askServices(
  questions: readonly Question[],
  client: Transport,
  directors: readonly Transport[],
  signal: AbortSignal,
): Promise<readonly (Answers | undefined)[]> {
  const pages = questions.filter(({ kind }) => kind === 'page');
  const seen = new Map(await askEach(pages, client, signal));
  // Pages of two real servers that are alike, connections and datagrams.
  const counted = questions.filter(
    (question) => question.kind !== 'page' || seen.get(question)?.sequence.includes('?') === true,
  );
  for (const [question, answers] of await askAndCount(counted, client, directors, signal)) seen.set(question, answers);
  return questions.map((question) => seen.get(question));
}

type Answered = readonly (readonly [Question, Answers])[];

async function askEach(questions: readonly Question[], client: Transport, signal: AbortSignal): Promise<Answered> {
  const limit = pLimit(SERVICES_AT_ONCE);
  const until = performance.now() + START_MS;
  const all = questions.map((question) =>
    limit(async () =>
      performance.now() >= until ? [] : [[question, await request(question, client, signal)] as const],
    ),
  );
  return (await Promise.all(all)).flat();
}

async function request(question: Question, client: Transport, signal: AbortSignal): Promise<Answers> {
  const { exitCode, stdout, stderr } = await client.run(requestScript(question), {
    timeoutMs: longestWait(question),
    signal,
  });
  if (exitCode !== 0)
    throw new Failure('command', `${client.host}: cannot send requests to ${question.service}`, {
      host: client.host,
      exitCode,
      stderr,
      hint: NEEDS[question.kind](client.host),
    });
  return readAnswers(question, stdout);
}

const NEEDS: Readonly<Record<Question['kind'], (host: string) => string>> = {
  page: (host) => `${host} needs curl, head, sha256sum and room for a few small files in its temporary folder.`,
  connection: (host) => `${host} needs curl.`,
  datagram: (host) => `${host} needs bash or curl.`,
};

const sumOf = (counts: ReadonlyMap<string, number>): number =>
  [...counts.values()].reduce((sum, count) => sum + count, 0);

/** All directors count all services at once: a reading takes seconds. */
async function askAndCount(
  questions: readonly Question[],
  client: Transport,
  directors: readonly Transport[],
  signal: AbortSignal,
): Promise<Answered> {
  if (questions.length === 0) return [];
  const count = (): Promise<readonly Counters[]> =>
    Promise.all(
      directors.map(async (director) => {
        const { stdout } = await director.run(countersScript(questions), { timeoutMs: COUNT_TIMEOUT_MS, signal });
        return readCounters(stdout);
      }),
    );
  const done = new Map<Question, Answers>();
  // A busy kernel updates counters late: the first reading waits for earlier requests, the last ones for these.
  await count();
  let before = await count();
  for (let attempt = 1, open = questions; open.length > 0 && attempt <= ATTEMPTS; attempt += 1) {
    const seen = await askEach(open, client, signal);
    const isMissing = (after: readonly Counters[]) =>
      seen.filter(([question, { sequence }]) => {
        const answered = sequence.filter((from) => from !== undefined).length;
        return sumOf(countedBetween(question, before, after)) < answered;
      });
    let after = await count();
    for (let reading = 1; reading < READINGS && isMissing(after).length > 0; reading += 1) after = await count();
    for (const [question, answers] of seen)
      done.set(question, { ...answers, counted: countedBetween(question, before, after) });
    // Without any counter another attempt counts nothing either.
    open = after.every(({ size }) => size === 0) ? [] : isMissing(after).map(([question]) => question);
    before = after;
  }
  return [...done];
}

/** The address that real servers route through is in a network of theirs. */
async function askNeighbours(
  cluster: Cluster,
  client: Transport,
  signal: AbortSignal,
): Promise<readonly NeighbourAnswers[]> {
  const limit = pLimit(NEIGHBOURS_AT_ONCE);
  const until = performance.now() + START_MS;
  return Promise.all(
    serviceAddressesOf(cluster).map(({ address }) =>
      limit(async () => {
        if (performance.now() >= until) return { vip: address, macs: undefined, why: LATE };
        const run = client.run(neighbourScript(address), { timeoutMs: NEIGHBOURS_TIMEOUT_MS, signal });
        return readNeighbours(address, (await run).stdout);
      }),
    ),
  );
}
