import { existsSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { type AdoptFlags, adopt } from '../../../src/cli/commands/adopt.ts';
import { openScreen } from '../../../src/cli/screen.ts';
import { Failure } from '../../../src/failure.ts';
import { failureOf } from '../../support/failure-of.ts';
import { recordingStreams } from '../../support/hostile-text.ts';
import type { Transport } from '../../../src/remote/transport.ts';
import { run, temporaryFolder } from '../../support/shells.ts';

const CONF = `vrrp_instance VI_1 {
  state MASTER
  interface eth0
  virtual_router_id 51
  priority 100
  virtual_ipaddress {
    192.0.2.10
  }
}
virtual_server 192.0.2.10 80 {
  delay_loop 6
  lb_algo rr
  lb_kind DR
  protocol TCP
  real_server 192.0.2.21 80 {
    TCP_CHECK {
    }
  }
}
`;

/** A folder with files, and the command in it. */
function inFolder(files: Readonly<Record<string, string>>) {
  const cwd = temporaryFolder();
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(cwd, name), text);
  const streams = recordingStreams();
  const run = (flags: Omit<AdoptFlags, 'forks'>, json = false) =>
    adopt(
      {
        screen: openScreen({ json, color: false }, {}, streams),
        verbose: false,
        signal: new AbortController().signal,
        env: {},
        cwd,
      },
      [],
      { forks: 1, ...flags },
    );
  return { cwd, run, streams };
}

describe('lvsctl adopt --from', () => {
  it('prints the inventory, and what it says of it beside it', async () => {
    const { run, streams } = inFolder({ 'dr1.conf': CONF });
    const exit = await run({ from: ['dr1.conf'], director: ['dr1=192.0.2.1'] });
    expect(streams.out()).toContain('vip: 192.0.2.10\ndirectors:\n  - { name: dr1, address: 192.0.2.1,');
    expect(streams.err()).toContain('It renders the configuration that was adopted.');
    expect(exit).toBe(0);
  });

  it('writes a file that others cannot read, once', async () => {
    const { cwd, run } = inFolder({ 'dr1.conf': CONF });
    const flags = { from: ['dr1.conf'], output: 'inventory.yml' };
    expect(await run(flags)).toBe(0);
    const written = path.join(cwd, 'inventory.yml');
    expect(statSync(written).mode & 0o777).toBe(0o600);
    expect((await failureOf(run(flags))).message).toBe('inventory.yml already exists.');
    writeFileSync(written, '');
    expect(await run({ ...flags, force: true })).toBe(0);
    expect(readFileSync(written, 'utf8')).toContain('vip: 192.0.2.10');
  });

  it('escapes control characters', async () => {
    const { run, streams } = inFolder({ 'dr1.conf': CONF.replace('priority 100', 'priority 100\n  odd\u001b[2J x') });
    await run({ from: ['dr1.conf'] });
    expect(`${streams.out()}${streams.err()}`).not.toContain('\u001b');
  });

  it('reads what a file includes from its own folder alone', async () => {
    const { cwd, run, streams } = inFolder({
      'dr1.conf': `include /etc/keepalived/inner.conf\ninclude /etc/hostname\ninclude ../*\n`,
      'inner.conf': CONF,
    });
    expect(existsSync('/etc/hostname')).toBe(true);
    await run({ from: [path.join(cwd, 'dr1.conf')] });
    expect(streams.out()).toContain('vip: 192.0.2.10');
    expect(streams.out()).toContain('/etc/hostname is included and is not among the files');
  });

  it('takes the keepalived.conf of a folder, and the tables and scripts beside it', async () => {
    const { cwd, run, streams } = inFolder({
      'keepalived.conf': `include part.conf\n${CONF}`,
      'part.conf': 'global_defs {\n  router_id lb\n}\n',
      'table.save': '-A -t 192.0.2.99:80 -s rr\n',
      'lvs.dr.sh': '#!/bin/sh\nVIP=192.0.2.77\n',
      README: 'hello\n',
    });
    await run({ from: [cwd] });
    const text = streams.out().replaceAll('\n# ', ' ');
    expect(text.match(/- name: /g)).toHaveLength(1);
    expect(text).toContain('global_defs: { router_id: lb }');
    expect(text).toContain("The kernel's table has TCP 192.0.2.99 80");
    expect(text).toContain('puts 192.0.2.77 on a real server, and no director has it.');
    expect(text).toContain('README is no file of keepalived');
  });

  it.each([
    [{ from: ['none.conf'] }, 'none.conf: The file does not exist.'],
    [{ from: ['dr1.conf'], director: ['dr1'] }, '--director takes NAME=ADDRESS, not dr1.'],
  ])('refuses %j', async (flags, message) => {
    const { run } = inFolder({ 'dr1.conf': CONF });
    expect((await failureOf(run(flags))).message).toBe(message);
  });
});

describe('lvsctl adopt HOST', () => {
  /** A host whose /etc/keepalived is a folder of this machine. */
  const host = (name: string, files: Readonly<Record<string, string>>): Transport => {
    // Its name stands in scripts without quotes.
    const folder = mkdtempSync(path.join(tmpdir(), 'keepalived-'));
    for (const [file, text] of Object.entries(files)) writeFileSync(path.join(folder, file), text);
    return {
      host: name,
      run: async (command) => {
        const script = command.script
          .replaceAll('/etc/keepalived', folder)
          .replace('cat /proc/sys/kernel/hostname', `echo ${name}.example.com`)
          .replace(/command -v ipvsadm.*/, "echo '-A -t 192.0.2.99:80 -s rr'");
        const { stdout, exitCode } = run({ ...command, script });
        return { exitCode: exitCode ?? -1, stdout: stdout.replaceAll(folder, '/etc/keepalived'), stderr: '' };
      },
      close: () => undefined,
    };
  };

  it('reads the directors over SSH, with what their files include', async () => {
    const backup = CONF.replace('MASTER', 'BACKUP').replace('priority 100', 'priority 50');
    const files = { 'keepalived.conf': 'include *.inc\n' };
    const hosts: Readonly<Record<string, Transport>> = {
      '192.0.2.1': host('lb1', { ...files, 'all.inc': CONF }),
      '192.0.2.2': host('lb2', { ...files, 'all.inc': backup }),
    };
    const streams = recordingStreams();
    const cwd = temporaryFolder();
    const output = path.join(cwd, 'inventory.yml');
    await adopt(
      {
        screen: openScreen({ json: false, color: false }, {}, streams),
        verbose: false,
        signal: new AbortController().signal,
        env: {},
        cwd,
        connectTo:
          ({ address }) =>
          async () => {
            const found = hosts[address];
            if (found === undefined) throw new Failure('unreachable', `${address}: no route to host`);
            return found;
          },
      },
      ['root@192.0.2.1', '192.0.2.2'],
      { forks: 2, output },
    );
    const written = readFileSync(output, 'utf8');
    expect(written).toContain('- { name: lb1, address: 192.0.2.1, state: MASTER, priority: 100 }');
    expect(written).toContain('- { name: lb2, address: 192.0.2.2, state: BACKUP, priority: 50 }');
    expect(written.replaceAll('\n# ', ' ')).toContain(
      "The kernel's table has TCP 192.0.2.99 80, which keepalived.conf",
    );
    expect(streams.out()).toContain('It renders the configuration that was adopted.');
    expect(streams.out()).toContain('A deploy changes the text of keepalived.conf');
  });

  it.each([
    [['192.0.2.1'], ['a.conf'], 'Name the directors by address, or their files with --from.'],
    [[], undefined, 'Name the directors by address, or their files with --from.'],
    [['-x'], undefined, '-x is no address of a host.'],
  ])('refuses %j with --from %j', async (hosts, from, message) => {
    const screen = openScreen({ json: false, color: false }, {}, recordingStreams());
    const context = { screen, verbose: false, signal: new AbortController().signal, env: {}, cwd: '/' };
    const flags = { forks: 1, ...(from !== undefined && { from }) };
    expect((await failureOf(adopt(context, hosts, flags))).message).toBe(message);
  });
});
