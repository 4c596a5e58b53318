import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { buildProgram } from '../../../src/cli/program.ts';
import { openScreen } from '../../../src/cli/screen.ts';
import { Failure } from '../../../src/failure.ts';
import type { Cluster } from '../../../src/inventory/cluster.ts';
import { answeringClient } from '../../support/answering-client.ts';
import type { ExpectedRun } from '../../support/fake-host.ts';
import { failureOf } from '../../support/failure-of.ts';
import { holding } from '../../support/holding.ts';
import { recordingStreams } from '../../support/hostile-text.ts';
import { connectTo, fakeHosts, recordedCluster, replace, type Sections, type Undone } from '../../support/recorded.ts';
import { temporaryFolder } from '../../support/shells.ts';

const INVENTORY = fileURLToPath(new URL('../../fixtures/observe/inventory.yml', import.meta.url));

let cluster: Cluster;
let cwd: string;

beforeAll(async () => {
  cluster = await recordedCluster();
});

beforeEach(() => {
  cwd = temporaryFolder();
  vi.stubEnv('XDG_STATE_HOME', path.join(cwd, 'state'));
  onTestFinished(() => void vi.unstubAllEnvs());
});

interface Hosts {
  readonly state?: 'bare' | 'deployed';
  readonly undone?: Undone;
  readonly more?: (host: string) => readonly ExpectedRun[];
}

/** Runs a command line against fake hosts; one whose change is a Failure cannot be connected to. */
async function lvsctl(words: readonly string[], { state = 'deployed', undone = {}, more = () => [] }: Hosts = {}) {
  const hosts = fakeHosts(cluster, state, undone, { more });
  const streams = recordingStreams();
  let exitCode: number | undefined;
  await buildProgram(
    {
      screen: openScreen({ json: words.includes('--json'), color: false }, {}, streams),
      verbose: false,
      signal: new AbortController().signal,
      env: {},
      cwd,
      connectTo: (host) => {
        const failure = undone[host.name];
        return failure instanceof Failure ? () => Promise.reject(failure) : connectTo(hosts)(host);
      },
    },
    (code) => {
      exitCode = code;
    },
    words,
  ).parseAsync(['node', 'lvsctl', ...words]);
  const out = streams.out();
  const events = words.includes('--json')
    ? out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>)
    : [];
  return { exitCode, out, err: streams.err(), events, result: events.at(-1), hosts };
}

const away = new Failure('unreachable', 'rs1: 192.168.168.102:22 did not answer within 10 s', {
  host: 'rs1',
  hint: 'Check that the host is up.',
});

/** A real server that answers ARP requests for the VIP, until a change is applied. */
function drifted() {
  const applied: string[] = [];
  const drift = replace('sysctl', 'all/arp_ignore:1', 'all/arp_ignore:0');
  return {
    applied,
    undone: { rs2: (sections: Sections) => (applied.length === 0 ? drift(sections) : undefined) },
    more: (host: string): readonly ExpectedRun[] => [
      {
        script: { name: 'the lock', matches: (script) => script.includes('echo locked') },
        gives: async (_script, options) => await holding(options),
      },
      {
        script: { name: 'changes', matches: (script) => script.includes('@lvsctl:change ') },
        times: 'any',
        gives: (script) => {
          applied.push(host);
          const count = script.match(/@lvsctl:change \d+ started/g)?.length ?? 0;
          const lines = Array.from({ length: count }, (_, index) => [
            `@lvsctl:change ${index} started`,
            '',
            `@lvsctl:change ${index} ended 0`,
          ]);
          return { stdout: `${lines.flat().join('\n')}\n` };
        },
      },
    ],
  };
}

describe('facts', () => {
  it('shows each host with its role', async () => {
    const { exitCode, out } = await lvsctl(['facts', INVENTORY]);
    expect(exitCode).toBe(0);
    expect(out.match(/^\w+ {2}[a-z-]+$/gm)).toEqual([
      'dr1  director',
      'dr2  director',
      'rs1  real-server',
      'rs2  real-server',
      'c1  client',
    ]);
    expect(out).toContain('192.168.168.100/24 eth0');
  });

  it('exits 4 when a host cannot be reached, and shows the others', async () => {
    const { exitCode, out, err } = await lvsctl(['facts', INVENTORY], { undone: { rs1: away } });
    expect(exitCode).toBe(4);
    expect(out).not.toContain('rs1  real-server');
    expect(out).toContain('rs2  real-server');
    expect(err).toContain('rs1: 192.168.168.102:22 did not answer within 10 s\n  Check that the host is up.');
  });

  it('prints an event for each host and a result', async () => {
    const { events, result } = await lvsctl(['facts', INVENTORY, '--json']);
    expect(events.filter(({ type }) => type === 'facts').map(({ host }) => host)).toEqual([
      'dr1',
      'dr2',
      'rs1',
      'rs2',
      'c1',
    ]);
    expect(result).toEqual({ type: 'result', command: 'facts', exitCode: 0 });
  });
});

describe('plan', () => {
  it('exits 0 when nothing is to be changed', async () => {
    const { exitCode, out } = await lvsctl(['plan', INVENTORY]);
    expect([exitCode, out]).toEqual([0, expect.stringContaining('No changes')]);
  });

  it('exits 2 with changes, each under its host', async () => {
    const { exitCode, out } = await lvsctl(['plan', INVENTORY], { undone: drifted().undone });
    expect(exitCode).toBe(2);
    expect(out).toContain(`wave 1 of 1: real servers
  rs2
    ~ sysctl net.ipv4.conf.all.arp_ignore
        value: 0 → 1
1 change on 1 host.
`);
  });

  it('exits 4 when a host cannot be reached', async () => {
    const { exitCode, err } = await lvsctl(['plan', INVENTORY], { undone: { rs1: away } });
    expect([exitCode, err]).toEqual([4, expect.stringContaining('rs1: 192.168.168.102:22 did not answer')]);
  });

  it('gives the plan to programs', async () => {
    const { result } = await lvsctl(['plan', INVENTORY, '--json'], { state: 'bare' });
    expect(result).toMatchObject({ type: 'result', command: 'plan', exitCode: 2 });
    expect(JSON.stringify(result?.['plan'])).toContain('/etc/keepalived/keepalived.conf');
  });

  it('saves the plan for its owner only, and deploy takes it', async () => {
    const { exitCode, out } = await lvsctl(['plan', INVENTORY, '-o', 'a.plan'], { undone: drifted().undone });
    expect([exitCode, out]).toEqual([2, expect.stringContaining('Saved to a.plan.')]);
    expect(statSync(path.join(cwd, 'a.plan')).mode & 0o777).toBe(0o600);
    expect((await lvsctl(['deploy', INVENTORY, '--plan', 'a.plan'])).out).toContain('No changes.');
    const moved = { ...drifted().undone, rs1: replace('sysctl', 'all/arp_ignore:1', 'all/arp_ignore:0') };
    const { message } = await failureOf(lvsctl(['deploy', INVENTORY, '--plan', 'a.plan'], { undone: moved }));
    expect(message).toContain('Not a terminal');
  });

  it('is saved over an earlier plan, and over no other file', async () => {
    const { undone } = drifted();
    for (const _time of [1, 2]) await lvsctl(['plan', INVENTORY, '-o', 'a.plan'], { undone });
    writeFileSync(path.join(cwd, 'inventory.yml'), 'vip: 10.0.0.9\n');
    const { message } = await failureOf(lvsctl(['plan', INVENTORY, '-o', 'inventory.yml'], { undone }));
    expect(message).toBe('inventory.yml exists and is no saved plan. The plan is not saved.');
    expect(readFileSync(path.join(cwd, 'inventory.yml'), 'utf8')).toBe('vip: 10.0.0.9\n');
  });

  it('is not saved when a host could not be read', async () => {
    const { exitCode, err } = await lvsctl(['plan', INVENTORY, '-o', 'a.plan'], { undone: { rs1: away } });
    expect([exitCode, err]).toEqual([4, expect.stringContaining('not saved')]);
    expect(existsSync(path.join(cwd, 'a.plan'))).toBe(false);
  });
});

describe('deploy', () => {
  it('needs a plan that can be read', async () => {
    const { code, message } = await failureOf(lvsctl(['deploy', INVENTORY, '--plan', 'none.plan']));
    expect([code, message]).toEqual(['inventory', expect.stringContaining('none.plan: the plan cannot be read')]);
  });

  it('changes nothing on a cluster that matches, and remembers the inventory', async () => {
    const { exitCode, out } = await lvsctl(['deploy', INVENTORY, '--yes', '--no-verify']);
    expect([exitCode, out]).toEqual([0, expect.stringContaining('No changes.')]);
    expect(existsSync(path.join(cwd, 'state'))).toBe(true);
  });

  it('applies a change on the host that needs it', async () => {
    const hosts = drifted();
    const { exitCode, out } = await lvsctl(['deploy', INVENTORY, '--yes', '--no-verify'], hosts);
    expect([exitCode, out]).toEqual([0, expect.stringMatching(/^1 change made\.$/m)]);
    expect(hosts.applied).toEqual(['rs2']);
  });

  it('changes nothing without a terminal and --yes', async () => {
    const failure = await failureOf(lvsctl(['deploy', INVENTORY], { state: 'bare' }));
    expect([failure.code, failure.message]).toEqual([
      'inventory',
      'Not a terminal, cannot ask for confirmation. No changes made.',
    ]);
  });

  it('changes nothing when a host cannot be reached', async () => {
    const { exitCode, err } = await lvsctl(['deploy', INVENTORY, '--yes'], { state: 'bare', undone: { rs1: away } });
    expect([exitCode, err]).toEqual([4, expect.stringContaining('No changes made.')]);
  });

  it('ends with a result for programs', async () => {
    const { result } = await lvsctl(['deploy', INVENTORY, '--yes', '--no-verify', '--json']);
    expect(result).toEqual({ type: 'result', command: 'deploy', status: 'unchanged', changes: 0, exitCode: 0 });
  });
});

describe('lint', () => {
  it('accepts an inventory', async () => {
    const { exitCode, err } = await lvsctl(['lint', INVENTORY]);
    expect([exitCode, err]).toEqual([0, '']);
  });

  it('exits 3 for one that does not exist', async () => {
    const { exitCode, err } = await lvsctl(['lint', path.join(cwd, 'none.yml')]);
    expect([exitCode, err]).toEqual([3, expect.stringContaining('none.yml')]);
  });
});

describe('render', () => {
  it('prints the files of a host', async () => {
    const { exitCode, out } = await lvsctl(['render', INVENTORY]);
    expect(exitCode).toBe(0);
    expect(out).toContain('/etc/keepalived/keepalived.conf');
    expect(out).toContain('virtual_ipaddress');
  });
});

describe('inventory', () => {
  it('shows each value with the reason for a default', async () => {
    const { exitCode, out } = await lvsctl(['inventory', INVENTORY, '--resolved']);
    expect([exitCode, out]).toEqual([0, expect.stringMatching(/^vrrp_instance\.advert_int +1\n +default: \S/m)]);
  });
});

describe('init', () => {
  const addresses = ['--vip', '10.0.0.9', '--director', '10.0.0.1', '10.0.0.2', '--real-server', '10.0.0.3'];

  it('writes an inventory that lint accepts', async () => {
    const { exitCode } = await lvsctl(['init', ...addresses, '-o', 'new.yml']);
    expect(exitCode).toBe(0);
    expect(readFileSync(path.join(cwd, 'new.yml'), 'utf8')).toContain('directors: [10.0.0.1, 10.0.0.2]');
    expect((await lvsctl(['lint', path.join(cwd, 'new.yml')])).exitCode).toBe(0);
  });

  it('never overwrites a file', async () => {
    await lvsctl(['init', ...addresses, '-o', 'new.yml']);
    const failure = await failureOf(lvsctl(['init', ...addresses, '-o', 'new.yml']));
    expect([failure.code, failure.message]).toEqual(['inventory', expect.stringContaining('new.yml')]);
  });

  it('reports mistakes and writes nothing', async () => {
    const { exitCode, err } = await lvsctl(['init', '--vip', 'x', ...addresses.slice(2), '-o', 'new.yml']);
    expect([exitCode, err]).toEqual([3, expect.stringContaining('No file written.')]);
    expect(existsSync(path.join(cwd, 'new.yml'))).toBe(false);
  });
});

describe('status', () => {
  it('shows owner, table and real servers of each director', async () => {
    const { exitCode, out } = await lvsctl(['status', INVENTORY]);
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^dr1 .*holds 192\.168\.168\.12$/m);
    expect(out.match(/^ {4}rs\d {2}\S+ {2}up {2}weight 1 /gm)).toHaveLength(4);
  });

  it('exits 4 when a director cannot be reached, and shows the other one', async () => {
    const dr1 = new Failure('unreachable', 'dr1: 192.168.168.100:22 refused the connection', { host: 'dr1' });
    const { exitCode, out, err } = await lvsctl(['status', INVENTORY], { undone: { dr1 } });
    expect([exitCode, err]).toEqual([4, expect.stringContaining('dr1: 192.168.168.100:22 refused the connection')]);
    expect(out).toMatch(/^dr2 /m);
  });

  it('prints an event for each director and a result', async () => {
    const { events, result } = await lvsctl(['status', INVENTORY, '--json']);
    expect(events.filter(({ type }) => type === 'director').map(({ host }) => host)).toEqual(['dr1', 'dr2']);
    expect(result).toEqual({ type: 'result', command: 'status', exitCode: 0 });
  });
});

describe('verify', () => {
  it('exits 0 when every check passes', async () => {
    const { exitCode, out } = await lvsctl(['verify', INVENTORY, '--wait', '0'], { more: answeringClient });
    expect([exitCode, out]).toEqual([0, expect.stringMatching(/^Verified: \d+ checks passed\.$/m)]);
  });

  it('exits 6 when a check fails, with expected, actual and fix', async () => {
    const { exitCode, out } = await lvsctl(['verify', INVENTORY, '--wait', '0'], {
      undone: { rs2: drifted().undone.rs2 },
      more: answeringClient,
    });
    expect(exitCode).toBe(6);
    for (const label of ['expected', 'actual', 'fix']) expect(out).toMatch(new RegExp(`^ +${label}\\b.*\\S`, 'm'));
  });

  it('exits 4 when a host cannot be reached', async () => {
    const words = ['verify', INVENTORY, '--wait', '0'];
    const { exitCode } = await lvsctl(words, { undone: { rs1: away }, more: answeringClient });
    expect(exitCode).toBe(4);
  });
});

describe('--lab', () => {
  it.each<readonly [string, readonly string[], string, RegExp]>([
    ['a word behind it that is no name', ['--lab', 'inventory.yml'], 'inventory', /behind the inventory/],
    ['a lab that is not up', ['--lab=never-up'], 'lab', /lvsctl lab up --name never-up/],
  ])('fails at once for %s', async (_name, flags, code, hint) => {
    const failure = await failureOf(lvsctl(['plan', INVENTORY, ...flags]));
    expect(failure.code).toBe(code);
    expect(failure.detail.hint).toMatch(hint);
  });
});
