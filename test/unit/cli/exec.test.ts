import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/failure.ts';
import type { Result, Transport } from '../../../src/remote/transport.ts';
import { RECORDED_INVENTORY as INVENTORY, commandLine } from '../../support/command-line.ts';
import { failureOf } from '../../support/failure-of.ts';
import { type ExpectedRun, fakeHost } from '../../support/fake-host.ts';

const NAMES = ['dr1', 'dr2', 'rs1', 'rs2', 'c1'];

const AWAY = new Failure('unreachable', 'rs1: 192.168.168.102:22 did not answer within 10 s', { host: 'rs1' });

/** Hosts that are to run one script; a result is that of a host by name, an empty one otherwise. */
function hostsWith(
  script: string,
  results: Readonly<Record<string, Partial<Result> | Failure>> = {},
  names: readonly string[] = NAMES,
): ReadonlyMap<string, Transport | Failure> {
  return new Map(
    names.map((name) => {
      const run: ExpectedRun = { script, gives: results[name] ?? {} };
      return [name, results[name] === AWAY ? AWAY : fakeHost(name, [run])];
    }),
  );
}

describe('exec', () => {
  it('shows equal output once, with the hosts that gave it', async () => {
    const same = { stdout: 'active\n' };
    const hosts = hostsWith('command -- systemctl is-active nginx', {
      dr1: same,
      dr2: same,
      rs1: same,
      rs2: { stdout: 'failed\n', stderr: 'a\tb\n', exitCode: 3 },
      c1: {},
    });
    const { exitCode, out } = await commandLine(['exec', INVENTORY, '--', 'systemctl', 'is-active', 'nginx'], hosts);
    expect(exitCode).toBe(1);
    expect(out.slice(out.indexOf('dr1, dr2, rs1 '))).toBe(
      'dr1, dr2, rs1 (3 hosts)\n  active\nrs2: exit code 3\n  failed\n  a\tb\nc1: no output\n' +
        'Failed on 1 of 5 hosts: exit code 3 on rs2.\n',
    );
  });

  it('quotes each argument, and leaves flags behind -- to the command', async () => {
    const hosts = hostsWith("command -- grep -c --json 'a b; $(x)' /etc/hosts", {}, ['rs1']);
    const { exitCode } = await commandLine(
      ['exec', INVENTORY, '--limit', 'rs1', '--', 'grep', '-c', '--json', 'a b; $(x)', '/etc/hosts'],
      hosts,
    );
    expect(exitCode).toBe(0);
  });

  it('runs a line of shell only when asked to', async () => {
    const hosts = hostsWith("sh -c 'uptime | cut -c1-5'", { dr1: { stdout: 'up\n' } }, ['dr1']);
    const { exitCode, out } = await commandLine(
      ['exec', INVENTORY, '--limit', 'directors,!dr2', '--shell', 'uptime | cut -c1-5'],
      hosts,
    );
    expect([exitCode, out.includes('dr1\n  up\n')]).toEqual([0, true]);
  });

  it('exits 4 when a host is unreachable, and shows the others', async () => {
    const hosts = hostsWith('command -- true', { rs1: AWAY, rs2: { exitCode: 1 } });
    const { exitCode, out, err } = await commandLine(['exec', INVENTORY, '--', 'true'], hosts);
    expect(exitCode).toBe(4);
    expect(err).toContain('rs1: 192.168.168.102:22 did not answer within 10 s');
    expect(out).toContain('rs2: exit code 1');
  });

  it('prints an event for each host', async () => {
    const hosts = hostsWith('command -- hostname', { rs1: { stdout: 'one\n' }, rs2: { stdout: 'two\n' } }, [
      'rs1',
      'rs2',
    ]);
    const { events, result } = await commandLine(
      ['exec', INVENTORY, '--role', 'real-server', '--json', '--', 'hostname'],
      hosts,
    );
    expect(events.filter(({ type }) => type === 'output')).toEqual([
      { type: 'output', host: 'rs1', exitCode: 0, stdout: 'one\n', stderr: '' },
      { type: 'output', host: 'rs2', exitCode: 0, stdout: 'two\n', stderr: '' },
    ]);
    expect(result).toEqual({ type: 'result', command: 'exec', exitCode: 0 });
  });

  it('escapes what hosts print', async () => {
    const hosts = hostsWith('command -- x', { rs1: { stdout: '\u001B[2Jrs2: exit code 0\rx\n' } }, ['rs1']);
    const { out } = await commandLine(['exec', INVENTORY, '--limit', 'rs1', '--', 'x'], hosts);
    expect(out).toContain('\n  ^[[2Jrs2: exit code 0^Mx\n');
  });

  it.each([
    [['exec', INVENTORY], 'No command after --.'],
    [['exec', INVENTORY, 'uptime'], '"uptime" is in front of --, where only the inventory may be.'],
    [['exec', INVENTORY, '--shell', 'a', '--', 'b'], '--shell and a command after -- exclude each other.'],
    [['exec', INVENTORY, '--limit', 'rs3', '--', 'a'], 'No host of the inventory matches "rs3".'],
    [['exec', INVENTORY, '--limit', ',', '--', 'a'], 'The pattern of hosts is empty.'],
    [['exec', INVENTORY, '--limit', 'rs1', '--role', 'client', '--', 'a'], 'The patterns and roles select no host.'],
  ])('refuses %s', async (words, message) => {
    const failure = await failureOf(commandLine(words, new Map()));
    expect([failure.code, failure.message]).toEqual(['inventory', message]);
  });

  it('terminates the command on every host when it is interrupted', async () => {
    const controller = new AbortController();
    const stopped: string[] = [];
    const hosts = new Map(
      ['rs1', 'rs2'].map((name) => [
        name,
        fakeHost(name, [
          {
            script: 'command -- sleep 1000',
            gives: (_script, { signal }) =>
              new Promise((_resolve, reject) => {
                signal.addEventListener('abort', () => {
                  stopped.push(name);
                  reject(new Failure('interrupted', `${name}: the command was interrupted`));
                });
                if (name === 'rs2') setImmediate(() => controller.abort());
              }),
          },
        ]),
      ]),
    );
    const { exitCode, err } = await commandLine(['exec', INVENTORY, '--limit', 'rs*', '--', 'sleep', '1000'], hosts, {
      signal: controller.signal,
    });
    expect([exitCode, stopped.toSorted()]).toEqual([130, ['rs1', 'rs2']]);
    expect(err).toBe('Interrupted. The command was terminated on the hosts that still ran it.\n');
  });
});
