import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { chooseEngines } from '../../../src/desired/engine.ts';
import { preflight } from '../../../src/desired/preflight.ts';
import { scriptProblems } from '../../../src/desired/scripts.ts';
import type { Cluster } from '../../../src/inventory/cluster.ts';
import { readInventory } from '../../../src/inventory/read.ts';
import { parseScripts, scriptsProbe, type ScriptFacts } from '../../../src/observe/script-facts.ts';
import { namedScripts } from '../../../src/render/named-scripts.ts';
import { scripts } from '../../../src/verify/checks/scripts.ts';
import { observedCluster } from '../../support/observed.ts';
import { AGENT } from '../../support/recorded.ts';
import { SHELLS, runIn, temporaryFolder } from '../../support/shells.ts';
import { minimalWith, world } from '../inventory/reading.ts';

async function clusterWith(...more: readonly string[]): Promise<Cluster> {
  const text = minimalWith('client: local', ...more);
  const files = { '/home/ops/a.yml': text, '/home/ops/n.sh': '#!/bin/sh\n' };
  const { cluster, diagnostics } = await readInventory(['a.yml'], world({ files }));
  if (cluster === undefined) throw new Error(JSON.stringify(diagnostics));
  return cluster;
}

const SECURE = 'global_defs: {enable_script_security: true, script_user: lvs}';
const CHECK = 'vrrp_script: {up: {script: /opt/check}}';
const TRACK = 'vrrp_instance: {track_script: [up], notify_master: "/opt/notify master"}';

const INSTALLED = { keepalivedFrom: 'installed' } as const;

const program = { executable: true, exposed: undefined };
const well: ScriptFacts = {
  programs: new Map([
    ['/opt/check', program],
    ['/opt/notify', program],
  ]),
  users: new Set(['lvs']),
};
const without = (path: string): ScriptFacts => ({
  ...well,
  programs: new Map([...well.programs].filter(([name]) => name !== path)),
});
const having = (path: string, given: Partial<typeof program> | { readonly exposed: string }): ScriptFacts => ({
  ...well,
  programs: new Map([...well.programs, [path, { ...program, ...given }]]),
});

describe('the scripts of a director', () => {
  it('are asked for where keepalived.conf names any', async () => {
    const questionsOf = async (...more: readonly string[]) => {
      const cluster = await clusterWith(...more);
      const [director] = cluster.directors;
      return director === undefined ? undefined : namedScripts(cluster, director);
    };
    expect(await questionsOf()).toBeUndefined();
    expect(await questionsOf(SECURE, CHECK, TRACK)).toEqual({
      programs: ['/opt/check', '/opt/notify'],
      users: ['lvs'],
    });
    expect(await questionsOf('virtual_servers: [{check: misc /opt/check now}]')).toEqual({
      programs: ['/opt/check'],
      users: ['keepalived_script'],
    });
  });

  it.each<readonly [string, ScriptFacts, readonly string[]]>([
    ['can run', well, []],
    ['are absent', without('/opt/check'), ['/opt/check will not run: it does not exist on this host']],
    [
      'are not executable',
      having('/opt/notify', { executable: false }),
      ['/opt/notify will not run: it is not executable'],
    ],
    [
      'have no user',
      { ...well, users: new Set() },
      [
        'there is no user lvs on this host',
        '/opt/check will not run: there is no user lvs on this host',
        '/opt/notify will not run: there is no user lvs on this host',
      ],
    ],
    // They do not run as root.
    ['belong to another user', having('/opt/check', { exposed: 'its owner is not root' }), []],
  ])('%s', async (_name, facts, expected) => {
    const cluster = await clusterWith(SECURE, CHECK, TRACK);
    const [director] = cluster.directors;
    if (director === undefined) throw new Error('no director');
    expect(scriptProblems(cluster, director, { ...INSTALLED, scripts: facts }).map(({ text }) => text)).toEqual(
      expected,
    );
  });

  it('that root runs must be safe from others', async () => {
    const cluster = await clusterWith(SECURE.replace('lvs', 'root'), CHECK, TRACK);
    const [director] = cluster.directors;
    if (director === undefined) throw new Error('no director');
    const scriptsOf = { ...having('/opt/check', { exposed: 'its owner is not root' }), users: new Set(['root']) };
    expect(scriptProblems(cluster, director, { ...INSTALLED, scripts: scriptsOf }).map(({ text }) => text)).toEqual([
      '/opt/check will not run: users other than root can change it',
    ]);
  });

  it.each([
    ['may come with packages', '/usr/sbin/ipvsadm', 'candidate', 0],
    ['come with none of them in other places', '/usr/local/bin/check', 'candidate', 1],
    ['do not come when all packages are there', '/usr/sbin/ipvsadm', 'installed', 1],
  ] as const)('%s', async (_name, path, keepalivedFrom, count) => {
    const cluster = await clusterWith(SECURE, CHECK.replace('/opt/check', path), 'vrrp_instance: {track_script: [up]}');
    const [director] = cluster.directors;
    if (director === undefined) throw new Error('no director');
    expect(scriptProblems(cluster, director, { keepalivedFrom, scripts: well })).toHaveLength(count);
  });

  it('are there when the inventory pushes them', async () => {
    const files = 'files: {/opt/check: {from: n.sh, mode: "0755"}}';
    const cluster = await clusterWith(SECURE, CHECK, TRACK, files);
    const [director] = cluster.directors;
    if (director === undefined) throw new Error('no director');
    expect(scriptProblems(cluster, director, { ...INSTALLED, scripts: without('/opt/check') })).toEqual([]);
  });
});

/** Cluster whose directors have these scripts, as it was observed. */
async function observedWith(facts: ScriptFacts) {
  const cluster = await clusterWith(SECURE, CHECK, TRACK);
  const seen = observedCluster(cluster, { runs: 'keepalived' });
  const hosts = new Map(
    [...seen.hosts].map(([name, state]) => [name, { ...state, facts: { ...state.facts, scripts: facts } }] as const),
  );
  return { cluster, state: { ...seen, hosts } };
}

describe('a script that cannot run', () => {
  it('fails preflight where the engine would refuse the file', async () => {
    const { cluster, state } = await observedWith(without('/opt/check'));
    const failure = preflight(cluster, state, chooseEngines(cluster, state, AGENT)).get('dr1');
    expect(failure?.message).toBe('dr1: /opt/check will not run: it does not exist on this host');
    expect(failure?.detail.hint).toContain('`files` of the inventory');
  });

  const checked = async (facts: ScriptFacts) => {
    const { cluster, state } = await observedWith(facts);
    const failures = preflight(cluster, state, chooseEngines(cluster, state, AGENT));
    const evidence = {
      cluster,
      observations: state.hosts,
      unreadable: [],
      unverified: [],
      warnings: [],
      open: [],
      client: undefined,
    };
    const results = scripts(evidence).map(({ status, actual }) => `${status}: ${actual}`);
    return { failed: [...failures.keys()], results: [...new Set(results)] };
  };

  it('fails verify where it does not, and is reported once', async () => {
    expect(await checked(well)).toEqual({ failed: [], results: ['passed: 2 scripts checked'] });
    expect(await checked(without('/opt/notify'))).toEqual({
      failed: [],
      results: ['failed: /opt/notify will not run: it does not exist on this host'],
    });
    expect(await checked(without('/opt/check'))).toEqual({ failed: ['dr1', 'dr2'], results: [] });
  });
});

describe.each(SHELLS)('scripts on a host, in $name', (shell) => {
  it('are found with their mode and users', () => {
    const base = temporaryFolder();
    const make = (name: string, mode: number): string => {
      const file = join(base, name);
      writeFileSync(file, '');
      chmodSync(file, mode);
      return file;
    };
    mkdirSync(join(base, 'open'));
    chmodSync(join(base, 'open'), 0o777);
    const [good, plain, shared] = [make("it's good", 0o755), make('plain', 0o644), make('shared', 0o775)];
    const below = make('open/below', 0o755);
    const programs = [good, plain, shared, below, join(base, 'gone')];
    const { stdout, stderr } = runIn(shell, scriptsProbe({ programs, users: ['root', 'no-such-user'] }));
    expect(stderr).toBe('');
    const found = parseScripts(stdout);
    const owned = process.getuid?.() === 0 ? undefined : 'its owner is not root';
    expect([...(found?.programs ?? [])]).toEqual([
      [good, { executable: true, exposed: owned }],
      [plain, { executable: false, exposed: owned }],
      [shared, { executable: true, exposed: owned ?? 'its mode lets others write' }],
      [below, { executable: true, exposed: owned ?? `${join(base, 'open')} is writable by everyone` }],
    ]);
    expect([...(found?.users ?? [])]).toEqual(['root']);
  });

  it('are none where none is asked for', () => {
    const { stdout, stderr } = runIn(shell, scriptsProbe({ programs: [], users: ['root'] }));
    expect(stderr).toBe('');
    expect(parseScripts(stdout)?.programs.size).toBe(0);
  });
});
