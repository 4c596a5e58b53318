import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from 'vitest';
import { buildProgram } from '../../../src/cli/program.ts';
import { openScreen } from '../../../src/cli/screen.ts';
import type { Cluster } from '../../../src/inventory/cluster.ts';
import type { ExpectedRun } from '../../support/fake-host.ts';
import { holding } from '../../support/holding.ts';
import { recordingStreams } from '../../support/hostile-text.ts';
import { add, all, connectTo, fakeHosts, recordedCluster, type Undone } from '../../support/recorded.ts';
import { temporaryFolder } from '../../support/shells.ts';

const INVENTORY = fileURLToPath(new URL('../../fixtures/observe/inventory.yml', import.meta.url));

let cluster: Cluster;
beforeAll(async () => {
  cluster = await recordedCluster();
});

/** Runs the verb on hosts that change when their script has been run. */
async function reset(words: readonly string[], state: (done: ReadonlySet<string>) => Undone) {
  const done = new Set<string>();
  const more = (host: string): readonly ExpectedRun[] => [
    {
      script: { name: 'the lock', matches: (script) => script.includes('echo locked') },
      gives: async (_script, options) => await holding(options),
      times: 'any',
    },
    {
      script: { name: 'changes', matches: (script) => script.includes('@lvsctl:change ') },
      times: 'any',
      gives: (script) => {
        done.add(script.includes('rm -rf /var/lib/lvsctl ') ? `${host} forgotten` : host);
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
  const hosts = fakeHosts(cluster, 'deployed', state(done), { more });
  const streams = recordingStreams();
  let exitCode: number | undefined;
  const screen = openScreen({ json: words.includes('--json'), color: false }, {}, streams);
  const context = { screen, verbose: false, signal: new AbortController().signal, env: {}, cwd: temporaryFolder() };
  const finish = (code: number): void => {
    exitCode = code;
  };
  const program = buildProgram({ ...context, connectTo: connectTo(hosts) }, finish, words);
  await program.parseAsync(['node', 'lvsctl', 'reset', INVENTORY, ...words]);
  return { exitCode, out: streams.out(), err: streams.err() };
}

const record = (...rows: readonly string[]) => add('origin', `size 100\n${rows.join('\n')}\n`);
const CONF = '/etc/keepalived/keepalived.conf';
const CONF_ROW = `"file"\t"${CONF}"\t"text"\tnull`;
const PAGE_ROW = '"file"\t"/var/www/html/index.html"\t"text"\t{"file":true}';

/** dr1 has a file of lvsctl, rs1 one that others changed since; the other hosts have no record. */
const changed = (done: ReadonlySet<string>): Undone => ({
  dr1: (sections) => {
    if (done.has('dr1 forgotten')) return;
    all(
      record(CONF_ROW),
      add('former-file', `${done.has('dr1') ? 'absent' : 'own'}\tno\t${CONF}\n`),
      add('own-folder', 'own-folder\n'),
    )(sections);
  },
  rs1: all(
    record(PAGE_ROW),
    add('former-file', 'foreign\tyes\t/var/www/html/index.html\n'),
    add('own-folder', 'own-folder\n'),
  ),
});

describe('lvsctl reset', () => {
  it('goes back, leaves what others changed and the record of it, and observes again', async () => {
    const { exitCode, out } = await reset(['--yes'], changed);
    expect(out).toContain('dr2: has no record of a state before lvsctl. Nothing is changed there.\n');
    expect(out).toContain(
      'rs1: former-file /var/www/html/index.html is left as it is: it was changed since, not by lvsctl; its former content is in /var/lib/lvsctl/origin/files/var/www/html/index.html\n',
    );
    expect(out).toContain('wave 1 of 2: master director');
    expect(out).toContain('wave 2 of 2: what lvsctl keeps for itself (dr1)');
    expect(out).not.toContain('rs1: own-folder');
    expect(out).toContain('2 changes made.\nObserved again: the hosts are as before lvsctl.\n');
    expect(exitCode).toBe(0);
  });

  it('only shows the plan with --check', async () => {
    const { exitCode, out } = await reset(['--check', '--json'], changed);
    const result = JSON.parse(out.trim().split('\n').at(-1) ?? '') as unknown;
    expect(result).toMatchObject({
      type: 'result',
      command: 'reset',
      plan: { changes: 2 },
      left: [{ host: 'rs1', kind: 'former-file', key: '/var/www/html/index.html' }],
      withoutRecord: ['dr2', 'rs2', 'c1'],
      exitCode: 2,
    });
    expect(exitCode).toBe(2);
  });

  it('exits 6 when the hosts are not as before, observed again', async () => {
    const { exitCode, err } = await reset(['--yes'], () => ({ c1: all(record(), add('own-folder', 'own-folder\n')) }));
    expect(err).toContain('Observed again: 1 resource not as before lvsctl:\n  c1: own-folder own-folder\n');
    expect(exitCode).toBe(6);
  });

  it('changes nothing where a record was not written by lvsctl', async () => {
    const { exitCode, err } = await reset(['--yes'], () => ({ rs2: record('rm -rf /'), dr1: record(CONF_ROW) }));
    expect(err).toContain(
      'rs2: the record of its state before lvsctl cannot be used: line 1 was not written by lvsctl',
    );
    expect(err).toContain('No changes made.');
    expect(exitCode).toBe(1);
  });

  it('leaves a package whose former version no source has, and the record of it', async () => {
    const { exitCode, out } = await reset(['--yes'], () => ({
      dr1: all(
        record('"packages"\t"packages"\t"keepalived"\t"2.0.1-1"'),
        add('packages', '+keepalived\n+keepalived 2.2.7-1\n'),
        add('own-folder', 'own-folder\n'),
      ),
    }));
    expect(out).toContain(
      'dr1: packages packages is left as it is: no package source has keepalived 2.0.1-1; on offer: 2.2.7-1\n',
    );
    expect(out).toContain('No changes.');
    expect(exitCode).toBe(0);
  });

  it('has nothing to do on hosts without a record', async () => {
    const { exitCode, out } = await reset(['--yes'], () => ({}));
    expect(out).toContain('c1: has no record of a state before lvsctl. Nothing is changed there.\nNo changes.\n');
    expect(exitCode).toBe(0);
  });
});
