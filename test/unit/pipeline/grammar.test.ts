import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { lockHost } from '../../../src/apply/lock.ts';
import { applyScript } from '../../../src/apply/script.ts';
import { type FailoverOptions } from '../../../src/failover/options.ts';
import { planProbe, probeCommand } from '../../../src/failover/probe.ts';
import { type Cluster, type Engine, hostsOf, virtualAddressesOf } from '../../../src/inventory/cluster.ts';
import { requestedServer } from '../../../src/inventory/virtual-servers.ts';
import { readInventory } from '../../../src/inventory/read.ts';
import { processEnvironment } from '../../../src/inventory/source.ts';
import { observeScript } from '../../../src/observe/observe.ts';
import { faultsWatchlist, statusWatchlist, watchlist } from '../../../src/observe/watchlist.ts';
import { planFor } from '../../../src/pipeline/plan.ts';
import type { Change } from '../../../src/plan/change.ts';
import { clusterChanges } from '../../../src/plan/cluster-changes.ts';
import { type Kind, parseHave } from '../../../src/resources/kinds.ts';
import { neighbourScript } from '../../../src/verify/neighbours.ts';
import { countersScript } from '../../../src/verify/counters.ts';
import { questionsOf } from '../../../src/verify/question.ts';
import { requestScript } from '../../../src/verify/requests.ts';
import { observedCluster } from '../../support/observed.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { SHELLS, grammar, unreadable } from '../../support/shells.ts';
import { NONCE } from '../../support/nonce.ts';

/** Every script that is sent to a host, for every inventory there is, before the shells that have to read it. */

const root = fileURLToPath(new URL('../../../', import.meta.url));
const below = (folder: string): readonly string[] =>
  readdirSync(join(root, folder))
    .filter((name) => name.endsWith('.yml'))
    .map((name) => join(root, folder, name));
const inventories = [...below('inventories'), ...below('test/fixtures/inventories')];

/** All changes that bring a host about from nothing, and those that take away what must not be there. */
function everyChange(cluster: Cluster, name: string, engine: Engine): readonly Change[] {
  const of = { ...cluster, directors: cluster.directors.map((one) => ({ ...one, engine })) };
  const agent = { sha256: '0'.repeat(64), size: 4, packed: () => 'AAAA+/==' };
  // A director that its engine runs on as BACKUP has the most to be.
  const seen = observedCluster(of, { runs: engine, vrrp: 'BACKUP', listening: of.realServers.map((one) => one.name) });
  const { wants } = planFor(of, seen, () => agent);
  const left = [...wants.values()].flat().flatMap((want) => (want.kind === 'obsolete' ? [`${want.path}\n`] : []));
  const strays = virtualAddressesOf(of).map(({ address }) => `2: eth0    inet ${address}/24 scope global eth0\n`);
  const printed: Partial<Record<Kind, string>> = { address: strays.join(''), obsolete: left.join('') };
  const have = parseHave((kind) => printed[kind] ?? '');
  const hosts = new Map([...seen.hosts].map(([host, state]) => [host, { ...state, have }]));
  const fresh = clusterChanges(of, { ...seen, hosts }, wants).filter(({ host }) => host === name);
  return [
    ...fresh,
    ...fresh
      .filter(({ kind }) => kind === 'file' || kind === 'program')
      .map((change) => ({ ...change, action: 'update' as const })),
  ];
}

async function scripts(cluster: Cluster): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>();
  const vips = virtualAddressesOf(cluster).map(({ address }) => address);
  for (const member of hostsOf(cluster)) {
    const { host } = member;
    const list = watchlist(
      {
        ...cluster,
        packages: {
          ...cluster.packages,
          localMount: { path: "/it's here", trusted: false },
          versions: { keepalived: '2.2.7' },
        },
      },
      member,
    );
    found.set(`observe ${host.name}`, observeScript(list, NONCE).script);
    for (const engine of ['keepalived', 'agent'] as const)
      found.set(
        `apply ${host.name} ${engine}`,
        applyScript(everyChange(cluster, host.name, engine), 'g', 'aa', NONCE).script,
      );
  }
  found.set('observe for status', observeScript(statusWatchlist(cluster), NONCE).script);
  found.set('observe for faults', observeScript(faultsWatchlist({ port: 80, addresses: ['10.0.0.1'] }), NONCE).script);
  const lock = fakeHost('h', [{ script: { name: 'any', matches: () => true }, gives: { exitCode: 1 } }]);
  await lockHost(lock, { nonce: 'aa', owner: "it's me" }, new AbortController().signal).catch(() => undefined);
  found.set('lock', lock.ran[0] ?? 'no script (');
  for (const server of cluster.virtualServers.flatMap((one) => requestedServer(one) ?? [])) {
    const options = { ratePerSecond: 20, requestTimeoutMs: 250, path: '/' } as FailoverOptions;
    found.set(`stream ${server.name}`, probeCommand(planProbe(options, { ...server, ask: 'http' }, 60)).script);
  }
  const { questions } = questionsOf(cluster);
  for (const question of questions) found.set(`requests ${question.service}`, requestScript(question).script);
  found.set('counters', countersScript(questions).script);
  for (const vip of vips) found.set(`arp ${vip}`, neighbourScript(vip).script);
  return found;
}

describe.each(inventories.map((path) => [path.slice(root.length), path] as const))('%s', (_name, path) => {
  it.each(SHELLS)('makes nothing that $name cannot read', async (shell) => {
    const { cluster, diagnostics } = await readInventory([path], processEnvironment());
    if (cluster === undefined) throw new Error(JSON.stringify(diagnostics));
    const all = await scripts(cluster);
    expect(all.size).toBeGreaterThan(2 * hostsOf(cluster).length);
    expect(unreadable(shell, all)).toEqual([]);
  });
});

it.each(SHELLS)('a script that $name cannot read is named, wherever it is', (shell) => {
  const broken = ['if true; then', 'fi', "echo 'open", 'cat <<end', '{', ')'];
  for (const script of broken.filter((each) => grammar(shell, each) !== '')) {
    const all = new Map([
      ['first', 'echo 1 # comment'],
      ['broken', script],
      ['last', 'fi=1\ntrue'],
    ]);
    expect(unreadable(shell, all)).toEqual([['broken', grammar(shell, script)]]);
  }
  expect(grammar(shell, 'if true; then')).not.toBe('');
});
