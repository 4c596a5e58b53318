import { type Scheduler, type VirtualServer, endpointsOf } from '../../inventory/cluster.ts';
import { SORRY_SERVER, sorryServerOf } from '../../inventory/sorry-server.ts';
import { nameOfPlace } from '../../keepalived/ipvs/name.ts';
import { type Answers, type Check, type CheckResult, type Evidence, failed, passed, skipped } from '../check.ts';

/**
 * Tolerated deviation of a count from its share, because other clients take turns in between. On an idle cluster the
 * deviation is at most one; on a busy one this bound holds in 99 of 100 runs at the number of requests verify makes.
 */
const tolerance = (share: number): number => 1 + share / 2;

/** Schedulers that choose by client or destination address: one client always gets the same real server (ipvsadm(8)). */
const BY_ADDRESS: ReadonlySet<Scheduler> = new Set(['sh', 'dh', 'mh', 'lblc', 'lblcr']);

/** Those that use a second real server only where the first is down or full (linux/net/netfilter/ipvs). */
const BY_WEIGHT: ReadonlySet<Scheduler> = new Set(['fo', 'ovf']);

/** Those that choose by the destination address alone. */
const BY_DESTINATION: ReadonlySet<Scheduler> = new Set(['dh', 'lblc', 'lblcr']);

/** Keywords of keepalived that make sh and mh choose by the port of the client as well. */
const BY_PORT: ReadonlySet<string> = new Set(['sh-port', 'mh-port', 'flag-2']);

/** Requests are distributed according to scheduler and weights. */
export const rotation: Check = (evidence) =>
  (evidence.client?.answers ?? []).map((answers) => {
    const server = evidence.cluster.virtualServers.find((one) => one.name === answers.server);
    const title = `${answers.service} is distributed by ${server?.lb_algo ?? '?'} and weights`;
    if (server === undefined) return skipped('rotation', title, '', 'not in the inventory', '');
    return judge(server, answers, title, evidence);
  });

function judge(server: VirtualServer, answers: Answers, title: string, evidence: Evidence): CheckResult {
  const weights = new Map(server.pool.map(({ name, weight }) => [name, weight]));
  const unknown = answers.sequence.filter((from) => from === '?').length;
  const { counts, total, how } = countsOf(server, answers, unknown);
  const expected = expectation(server, total, weights, answers, evidence);
  const actual = `${[...counts].map(([name, count]) => `${name} ${count}`).join(', ')}  (${how})`;
  if (unknown > 0 && [...counts.values()].every((count) => count === 0)) {
    return skipped(
      'rotation',
      title,
      expected.text,
      `${unknown} ${UNCOUNTED[answers.kind]}`,
      TO_IDENTIFY[answers.kind],
    );
  }
  const active = [...weights.values()].filter((weight) => weight > 0).length;
  if (answers.sequence.length < active && !answers.sequence.includes(undefined)) {
    return skipped(
      'rotation',
      title,
      expected.text,
      `answers are slow: only ${answers.sequence.length} requests were made`,
      'Reduce the response time of the page, then verify again.',
    );
  }
  const sorry = counts.get(SORRY_SERVER) ?? 0;
  const answered = answers.sequence.some((from) => from !== undefined);
  if (answered && sorry === 0 && expected.holds(counts)) return passed('rotation', title, expected.text, actual);
  if (sorry > 0)
    return failed(
      'rotation',
      title,
      expected.text,
      actual,
      `The sorry server ${sorryServerOf(server) ?? ''} answers, because too few real servers are healthy: start their services, and check their logs.`,
    );
  const silent = [...counts].filter(([name, count]) => count === 0 && weights.get(name) !== 0).map(([name]) => name);
  return failed(
    'rotation',
    title,
    expected.text,
    actual,
    silent.length > 0 && !isOneSided(server)
      ? fixFor(silent, server, answers, evidence)
      : 'See the checks of answers and table; compare scheduler, persistence and weights in the table of the master with the inventory.',
  );
}

const UNCOUNTED: Readonly<Record<Answers['kind'], string>> = {
  page: 'answers show no page of one real server alone, and no director counts connections',
  connection: 'connections were established, and no director counts them',
  datagram: 'datagrams were sent, and no director counts them',
};

const TO_IDENTIFY: Readonly<Record<Answers['kind'], string>> = {
  page: 'Serve a page that names its real server, as web.demo_page does.',
  connection: 'Install ipvsadm on the directors.',
  datagram: 'Install ipvsadm on the directors.',
};

/** A real server that is out of rotation needs another fix than one that is in it. */
function fixFor(silent: readonly string[], server: VirtualServer, answers: Answers, evidence: Evidence): string {
  const out = silent.flatMap((name) => {
    const places = placesOut(name, server, answers, evidence);
    return places.length === 0 ? [] : [`${name} is ${places.join(' and ')}`];
  });
  const who = `No request reached ${silent.join(', ')}: `;
  return out.length === 0
    ? `${who}check its health check, its virtual address and its service.`
    : `${who}${out.join('; ')}. Start its service, and check what its health check asks for.`;
}

/** Where a real server takes no connections, by the tables of the directors. */
function placesOut(
  name: string,
  { pool }: VirtualServer,
  { kernel }: Answers,
  { observations }: Evidence,
): readonly string[] {
  const member = pool.find((one) => one.name === name);
  return [...observations].flatMap(([director, { have }]) => {
    const destinations = have.ipvs.get(kernel)?.destinations;
    if (member === undefined || destinations === undefined) return [];
    const weight = destinations.get(nameOfPlace(member))?.weight;
    return weight === undefined
      ? [`out of the table of ${director}`]
      : weight === 0
        ? [`at weight 0 on ${director}`]
        : [];
  });
}

interface Counts {
  readonly counts: ReadonlyMap<string, number>;
  readonly total: number;
  /** Source of the counts, shown in the result. */
  readonly how: string;
}

/** Counts by page content; where pages do not differ, by the directors' kernel counters, which include other clients. */
function countsOf(server: VirtualServer, { sequence, counted, kind }: Answers, unknown: number): Counts {
  if (unknown > 0 && counted !== undefined) {
    const total = [...counted.values()].reduce((sum, count) => sum + count, 0);
    return {
      counts: counted,
      total,
      how: kind === 'page' ? 'counted by the directors: identical pages' : 'counted by the directors',
    };
  }
  const counts = new Map(server.pool.map(({ name }) => [name, sequence.filter((from) => from === name).length]));
  return { counts, total: sequence.length, how: shown(sequence) };
}

interface Expectation {
  readonly text: string;
  readonly holds: (counts: ReadonlyMap<string, number>) => boolean;
}

function expectation(
  server: VirtualServer,
  asked: number,
  weights: ReadonlyMap<string, number>,
  answers: Answers,
  evidence: Evidence,
): Expectation {
  const { sequence } = answers;
  const active = [...weights].filter(([, weight]) => weight > 0);
  const idle = (counts: ReadonlyMap<string, number>) =>
    [...weights].every(([name, weight]) => weight > 0 || counts.get(name) === 0);
  const persistent = isPersistent(server);
  if (isOneSided(server)) {
    const why = persistent ? 'persistence' : server.lb_algo;
    if (!persistent && choosesByMore(server))
      return {
        text: `any of ${active.map(([name]) => name).join(', ')} (${why})`,
        holds: idle,
      };
    // What the directors count includes other clients, whose real server may be another one.
    return {
      text: `all ${sequence.length} to one real server (${why})`,
      holds: (counts) => idle(counts) && [...counts.values()].some((count) => count >= sequence.length),
    };
  }
  const even = server.lb_algo === 'rr' || server.lb_algo === 'lc';
  const total = active.reduce((sum, [, weight]) => sum + (even ? 1 : weight), 0);
  const shares = new Map(active.map(([name, weight]) => [name, (asked * (even ? 1 : weight)) / total]));
  if (server.lb_algo === 'rr' || server.lb_algo === 'wrr') {
    return {
      text: [...shares].map(([name, share]) => `${name} ${round(share)}`).join(', '),
      holds: (counts) =>
        idle(counts) &&
        [...shares].every(([name, share]) => Math.abs((counts.get(name) ?? 0) - share) <= tolerance(share)),
    };
  }
  // With one connection at a time, sed and nq give every one to the first idle server (ip_vs_sed.c, ip_vs_nq.c).
  if (server.lb_algo === 'sed' || server.lb_algo === 'nq') {
    return {
      text: `any of ${active.map(([name]) => name).join(', ')} (${server.lb_algo} chooses by open connections)`,
      holds: idle,
    };
  }
  // Connections that are closed count for minutes, so a real server that has just returned gets all new ones (ip_vs_wlc.c).
  const likely = [...shares].filter(([, share]) => share >= 2).map(([name]) => name);
  return {
    text: `any of ${likely.join(', ')} (${server.lb_algo} chooses by connections)`,
    holds: (counts) =>
      idle(counts) &&
      likely.length > 0 &&
      likely.every((name) => (counts.get(name) ?? 0) > 0 || placesOut(name, server, answers, evidence).length === 0),
  };
}

/** One client stays with one real server. */
function isOneSided(server: VirtualServer): boolean {
  return isPersistent(server) || BY_ADDRESS.has(server.lb_algo) || BY_WEIGHT.has(server.lb_algo);
}

function isPersistent({ persistence_timeout, conf }: VirtualServer): boolean {
  return persistence_timeout !== undefined || has(conf, (keyword) => keyword === 'persistence_granularity');
}

/** By the port of the client, or by destinations of which there are several. */
function choosesByMore(server: VirtualServer): boolean {
  const vips = new Set(endpointsOf(server).map(({ vip }) => vip));
  if (BY_DESTINATION.has(server.lb_algo)) return server.target.kind === 'fwmark' && vips.size > 1;
  return has(server.conf, (keyword) => BY_PORT.has(keyword));
}

function has(conf: VirtualServer['conf'], wanted: (keyword: string) => boolean): boolean {
  return conf.some((entry) => 'keyword' in entry && wanted(entry.keyword));
}

function shown(sequence: Answers['sequence']): string {
  const names = sequence.slice(0, 8).map((from) => from ?? 'none');
  return `${names.join(' ')}${sequence.length > names.length ? ' …' : ''}`;
}

function round(share: number): string {
  return Number.isInteger(share) ? String(share) : share.toFixed(1);
}
