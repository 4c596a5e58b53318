import type { Cluster, VirtualServer } from '../inventory/cluster.ts';
import { isLacking, lacksKeywords } from '../keepalived/version-gate.ts';
import type { Entry, Statement } from '../keepalived/write.ts';
import { upstreamOf } from '../platforms/version.ts';

/** What lvsctl adds by itself, and what an older keepalived does without it. */
const OWN: ReadonlyMap<string, string> = new Map([
  ['TCP_CHECK/retry', 'a single failed check removes this real server'],
  ['TCP_CHECK/delay_before_retry', 'it does not retry'],
  ['UDP_CHECK', 'nothing checks this real server'],
  ['PING_CHECK', 'nothing checks this real server'],
]);

/** Later names of keywords, with the earlier ones. */
const EARLIER: ReadonlyMap<string, string> = new Map([
  ['HTTP_GET/retry', 'nb_get_retry'],
  ['SSL_GET/retry', 'nb_get_retry'],
]);

const REAL_SERVER = ['virtual_server', 'real_server'];

/** Directors of one release share the texts of its virtual servers. */
const FITTED = new WeakMap<Cluster, Map<string, Cluster>>();

/**
 * The cluster as a release of keepalived can read it: what lvsctl adds by itself is left out or written as that release
 * has it. What the user asked for stays; `missingKeywords` finds it.
 * @param release as in `2.0.10`; undefined when it is unknown
 */
export function clusterForRelease(cluster: Cluster, release: string | undefined): Cluster {
  if (release === undefined || !lacksKeywords(release)) return cluster;
  const known = FITTED.get(cluster) ?? new Map<string, Cluster>();
  FITTED.set(cluster, known);
  const fitted = known.get(release) ?? {
    ...cluster,
    virtualServers: cluster.virtualServers.map((server) => serverForRelease(server, release)),
  };
  known.set(release, fitted);
  return fitted;
}

/** The release that the inventory pins; undefined when it leaves it open. */
export function pinnedRelease({ packages }: Pick<Cluster, 'packages'>): string | undefined {
  const release = upstreamOf(packages.versions['keepalived'] ?? '');
  return /^\d+\.\d+\.\d+$/.test(release) ? release : undefined;
}

/** The same server when nothing differs, whose text is then known already. */
function serverForRelease(server: VirtualServer, release: string): VirtualServer {
  const pool = server.pool.map((member) => {
    const conf = entriesFor(member.conf, REAL_SERVER, release);
    return conf === member.conf ? member : { ...member, conf };
  });
  return pool.every((member, index) => member === server.pool[index]) ? server : { ...server, pool };
}

function entriesFor(entries: readonly Entry[], around: readonly string[], release: string): readonly Entry[] {
  const fitted = entries.map((entry) => ('keyword' in entry ? statementFor(entry, around, release) : entry));
  return fitted.every((entry, index) => entry === entries[index]) ? entries : fitted;
}

function statementFor(statement: Statement, around: readonly string[], release: string): Entry {
  const { keyword, words, block, at } = statement;
  const path = [...around, keyword];
  const name = path.slice(REAL_SERVER.length).join('/');
  const since = isLacking(path, release);
  if (since !== undefined) {
    const earlier = EARLIER.get(name);
    if (earlier !== undefined) return { ...statement, keyword: earlier };
    const without = at === undefined ? OWN.get(name) : undefined;
    if (without === undefined) return statement;
    return { comment: `${[keyword, ...words].join(' ')}: since keepalived ${since}; in ${release}, ${without}` };
  }
  if (block === undefined) return statement;
  const inner = entriesFor(block, path, release);
  return inner === block ? statement : { ...statement, block: inner };
}
