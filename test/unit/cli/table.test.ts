import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildProgram } from '../../../src/cli/program.ts';
import { openScreen } from '../../../src/cli/screen.ts';
import type { Cluster } from '../../../src/inventory/cluster.ts';
import type { ExpectedRun } from '../../support/fake-host.ts';
import { failureOf } from '../../support/failure-of.ts';
import { holding } from '../../support/holding.ts';
import { recordingStreams } from '../../support/hostile-text.ts';
import { add, connectTo, fakeHosts, recordedCluster, replace, type Undone } from '../../support/recorded.ts';
import { temporaryFolder } from '../../support/shells.ts';

const INVENTORY = fileURLToPath(new URL('../../fixtures/observe/inventory.yml', import.meta.url));

/** The table that dr1 and dr2 were recorded with. */
const TABLE = `-A -t 192.168.168.12:80 -s rr
-a -t 192.168.168.12:80 -r 192.168.168.102:80 -g -w 1
-a -t 192.168.168.12:80 -r 192.168.168.103:80 -g -w 1
`;

let cluster: Cluster;
let folder: string;

beforeAll(async () => {
  cluster = await recordedCluster();
});

beforeEach(() => {
  folder = temporaryFolder();
});

const saving: ExpectedRun = {
  script: 'command -v ipvsadm >/dev/null && ipvsadm -Sn',
  gives: { stdout: TABLE },
  times: 'any',
};

/** Applies changes and keeps their scripts. */
const applying = (applied: string[]): readonly ExpectedRun[] => [
  {
    script: { name: 'the lock', matches: (script) => script.includes('echo locked') },
    gives: async (_script, options) => await holding(options),
    times: 'any',
  },
  {
    script: { name: 'changes', matches: (script) => script.includes('@lvsctl:change ') },
    times: 'any',
    gives: (script) => {
      applied.push(...(script.match(/^ipvsadm .*$/gm) ?? []));
      const count = script.match(/@lvsctl:change \d+ started/g)?.length ?? 0;
      const lines = Array.from({ length: count }, (_, index) => [
        `@lvsctl:change ${index} started`,
        '',
        `@lvsctl:change ${index} ended 0`,
      ]);
      return { stdout: `${lines.flat().join('\n')}\n` };
    },
  },
];

async function lvsctl(words: readonly string[], undone: Undone = {}, more: readonly ExpectedRun[] = [saving]) {
  const hosts = fakeHosts(cluster, 'deployed', undone, { more: () => more });
  const streams = recordingStreams();
  let exitCode: number | undefined;
  const screen = openScreen({ json: words.includes('--json'), color: false }, {}, streams);
  const context = { screen, verbose: false, signal: new AbortController().signal, env: {}, cwd: folder };
  const finish = (code: number): void => {
    exitCode = code;
  };
  const program = buildProgram({ ...context, connectTo: connectTo(hosts) }, finish, words);
  await program.parseAsync(['node', 'lvsctl', ...words]);
  return { exitCode, out: streams.out(), err: streams.err() };
}

describe('lvsctl table save', () => {
  it('prints the table of each director', async () => {
    const { exitCode, out } = await lvsctl(['table', 'save', INVENTORY]);
    expect(exitCode).toBe(0);
    expect(out).toContain(`# dr1\n${TABLE}# dr2\n${TABLE}`);
  });

  it('writes a file of each director, and what the kernel prints where there is no ipvsadm', async () => {
    const none: ExpectedRun = { ...saving, gives: { exitCode: 1 } };
    await lvsctl(['table', 'save', INVENTORY, '-o', 'tables'], {}, [none]);
    const tables = path.join(folder, 'tables');
    expect(readdirSync(tables)).toEqual(['dr1.ipvs', 'dr2.ipvs']);
    // In the order of the kernel.
    const lines = readFileSync(path.join(tables, 'dr1.ipvs'), 'utf8').split('\n');
    expect(lines.toSorted()).toEqual(TABLE.split('\n').toSorted());
    expect(statSync(path.join(tables, 'dr1.ipvs')).mode & 0o777).toBe(0o600);
  });
});

describe('lvsctl table restore', () => {
  const tables = (files: Readonly<Record<string, string>>): string => {
    const saved = path.join(folder, 'saved');
    mkdirSync(saved);
    for (const [name, text] of Object.entries(files)) writeFileSync(path.join(saved, name), text);
    return saved;
  };

  it('does nothing where the tables are as they were', async () => {
    const { exitCode, out } = await lvsctl(['table', 'restore', tables({ 'dr1.ipvs': TABLE }), INVENTORY], {}, []);
    expect(exitCode).toBe(0);
    expect(out).toContain('No changes.');
  });

  it('changes what differs, and removes what was not there', async () => {
    const applied: string[] = [];
    const broken = replace('ipvs', '0050 rr', '0050 wlc');
    const dr1 = (sections: Map<string, string>): void => {
      if (applied.length > 0) return;
      broken(sections);
      add('ipvs', 'TCP  C0A8A80C:01BB rr\n')(sections);
    };
    const words = ['table', 'restore', tables({ 'dr1.ipvs': TABLE }), INVENTORY, '--yes'];
    const { exitCode, out } = await lvsctl(words, { dr1 }, applying(applied));
    expect(applied).toEqual([
      'ipvsadm -E -t 192.168.168.12:80 -s rr',
      'ipvsadm -D -t 192.168.168.12:443 || ! ipvsadm -Ln -t 192.168.168.12:443 >/dev/null 2>&1',
    ]);
    expect(out).toContain('2 changes made.');
    expect(exitCode).toBe(0);
  });

  it.each<[string, Readonly<Record<string, string>>, RegExp]>([
    ['a folder without tables', { 'rs1.ipvs': TABLE }, /has no table of a director\.$/],
    [
      'a rule that is none',
      { 'dr1.ipvs': '-D -t 192.168.168.12:80\n' },
      /^dr1\.ipvs, line 1: A saved table has -A and -a/,
    ],
  ])('refuses %s', async (_name, files, message) => {
    const run = lvsctl(['table', 'restore', tables(files), INVENTORY], {}, []);
    expect((await failureOf(run)).message).toMatch(message);
  });
});

describe('lvsctl deploy --flush-unmanaged', () => {
  it('shows services that the inventory does not have, and removes them', async () => {
    const applied: string[] = [];
    const stray = add('ipvs', 'TCP  C0A8A80C:01BB rr\n');
    const dr1 = (sections: Map<string, string>): void => {
      if (applied.length === 0) stray(sections);
    };
    expect((await lvsctl(['plan', INVENTORY], { dr1 }, [])).exitCode).toBe(0);
    const shown = await lvsctl(['plan', INVENTORY, '--flush-unmanaged'], { dr1 }, []);
    expect(shown.exitCode).toBe(2);
    expect(shown.out).toContain('- ipvs 192.168.168.12:443');
    const words = ['deploy', INVENTORY, '--flush-unmanaged', '--yes', '--no-verify'];
    expect((await lvsctl(words, { dr1 }, applying(applied))).exitCode).toBe(0);
    expect(applied).toEqual([
      'ipvsadm -D -t 192.168.168.12:443 || ! ipvsadm -Ln -t 192.168.168.12:443 >/dev/null 2>&1',
    ]);
  });
});
