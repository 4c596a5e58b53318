import type { Scheduler, VirtualServer } from '../../inventory/cluster.ts';
import { type Answers, type Check, type CheckResult, failed, passed, skipped } from '../check.ts';

/**
 * Tolerated deviation of a count from its share, because other clients take turns in between. On an idle cluster the
 * deviation is at most one; on a busy one this bound holds in 99 of 100 runs at the number of requests verify makes.
 */
const tolerance = (share: number): number => 1 + share / 2;

/** Schedulers that choose by client or destination address: one client always gets the same real server (ipvsadm(8)). */
const BY_ADDRESS: ReadonlySet<Scheduler> = new Set(['sh', 'dh', 'mh', 'lblc', 'lblcr']);

/** Requests are distributed according to scheduler and weights. */
export const rotation: Check = ({ cluster, client }) =>
  (client?.answers ?? []).map((answers) => {
    const server = cluster.virtualServers.find((one) => one.name === answers.service);
    const title = `${answers.service} is distributed by ${server?.lb_algo ?? '?'} and weights`;
    if (server === undefined) return skipped('rotation', title, '', 'not in the inventory', '');
    return judge(server, answers, title);
  });

function judge(server: VirtualServer, answers: Answers, title: string): CheckResult {
  const weights = new Map(server.pool.map(({ name, weight }) => [name, weight]));
  const unknown = answers.sequence.filter((from) => from === '?').length;
  const { counts, total, how } = countsOf(server, answers, unknown);
  const expected = expectation(server, total, weights);
  const actual = `${[...counts].map(([name, count]) => `${name} ${count}`).join(', ')}  (${how})`;
  if (unknown > 0 && [...counts.values()].every((count) => count === 0)) {
    return skipped(
      'rotation',
      title,
      expected.text,
      `${unknown} answers have identical pages, and no director counts connections`,
      'Serve a page that names its real server, as web.demo_page does.',
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
  const answered = answers.sequence.some((from) => from !== undefined);
  if (answered && expected.holds(counts)) return passed('rotation', title, expected.text, actual);
  const silent = [...counts].filter(([name, count]) => count === 0 && weights.get(name) !== 0).map(([name]) => name);
  return failed(
    'rotation',
    title,
    expected.text,
    actual,
    silent.length > 0
      ? `No request reached ${silent.join(', ')}: check its health check, its virtual address on lo and its web server.`
      : 'Compare the weights and the scheduler in the table of the master with the inventory.',
  );
}

interface Counts {
  readonly counts: ReadonlyMap<string, number>;
  readonly total: number;
  /** Source of the counts, shown in the result. */
  readonly how: string;
}

/** Counts by page content; where pages are identical, by the directors' kernel counters, which include other clients. */
function countsOf(server: VirtualServer, { sequence, counted }: Answers, unknown: number): Counts {
  if (unknown > 0 && counted !== undefined) {
    const total = [...counted.values()].reduce((sum, count) => sum + count, 0);
    return { counts: counted, total, how: 'counted by the directors: identical pages' };
  }
  const counts = new Map(server.pool.map(({ name }) => [name, sequence.filter((from) => from === name).length]));
  return { counts, total: sequence.length, how: shown(sequence) };
}

interface Expectation {
  readonly text: string;
  readonly holds: (counts: ReadonlyMap<string, number>) => boolean;
}

function expectation(server: VirtualServer, asked: number, weights: ReadonlyMap<string, number>): Expectation {
  const active = [...weights].filter(([, weight]) => weight > 0);
  const idle = (counts: ReadonlyMap<string, number>) =>
    [...weights].every(([name, weight]) => weight > 0 || counts.get(name) === 0);
  if (server.persistence_timeout !== undefined || BY_ADDRESS.has(server.lb_algo)) {
    const why = server.persistence_timeout === undefined ? server.lb_algo : 'persistence';
    return {
      text: `all ${asked} to one real server (${why})`,
      holds: (counts) => idle(counts) && [...counts.values()].some((count) => count === asked),
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
  // Least-connection schedulers depend on when connections end, so the shares are only approximate.
  const likely = [...shares].filter(([, share]) => share >= 2).map(([name]) => name);
  return {
    text: `each of ${likely.join(', ')} at least once (${server.lb_algo})`,
    holds: (counts) => idle(counts) && likely.length > 0 && likely.every((name) => (counts.get(name) ?? 0) > 0),
  };
}

function shown(sequence: Answers['sequence']): string {
  const names = sequence.slice(0, 8).map((from) => from ?? 'none');
  return `${names.join(' ')}${sequence.length > names.length ? ' …' : ''}`;
}

function round(share: number): string {
  return Number.isInteger(share) ? String(share) : share.toFixed(1);
}
