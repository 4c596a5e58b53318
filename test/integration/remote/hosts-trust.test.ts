import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { trustHosts } from '../../../src/cli/commands/hosts-trust.ts';
import { openScreen } from '../../../src/cli/screen.ts';
import { shownKey } from '../../../src/remote/host-key.ts';
import { failureOf } from '../../support/failure-of.ts';
import { recordingStreams } from '../../support/hostile-text.ts';
import { newKeys, type TestKey, type TestKeys } from '../../support/ssh-keys.ts';
import { startServer, type TestServer } from '../../support/ssh-server.ts';

describe('hosts trust', () => {
  let keys: TestKeys;
  let knownHosts: string;
  const servers: TestServer[] = [];

  beforeAll(async () => {
    keys = await newKeys();
    knownHosts = join(keys.folder, 'known_hosts');
  });
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });
  afterAll(async () => {
    await keys.remove();
  });

  async function serve(host: TestKey, forwards = false): Promise<TestServer> {
    const server = await startServer({
      hostKeys: [host.private],
      user: 'root',
      allowed: [keys.login.parsed],
      forwards,
    });
    servers.push(server);
    return server;
  }

  /** An inventory whose hosts are servers of this machine. */
  function inventory(ports: readonly [number, number, number], more = ''): string {
    const file = join(keys.folder, 'inventory.yml');
    const host = (name: string, address: string, port: number): string =>
      `  - { name: ${name}, address: ${address}, ssh: { port: ${port}, destination: 127.0.0.1 } }\n`;
    writeFileSync(
      file,
      `vip: 192.168.168.12\ndirectors:\n${host('dr1', '192.168.168.100', ports[0])}${host('dr2', '192.168.168.107', ports[1])}` +
        `real_servers:\n${host('rs1', '192.168.168.102', ports[2])}` +
        `ssh: { config: false, identity_file: ${keys.login.file}, known_hosts: ${knownHosts}${more} }\n`,
    );
    return file;
  }

  async function trust(file: string, flags: { readonly yes?: boolean; readonly fingerprints?: string }) {
    const streams = recordingStreams();
    const context = {
      screen: openScreen({ json: false, color: false }, {}, streams),
      verbose: false,
      signal: new AbortController().signal,
      env: {},
      cwd: '/',
    };
    const exitCode = await trustHosts(context, undefined, { inventory: [file], forks: 50, ...flags });
    return { exitCode, text: streams.out() + streams.err() };
  }
  const fingerprintOf = ({ parsed }: TestKey): string => shownKey(parsed.getPublicSSH()).fingerprint;

  it('records unknown keys once, and leaves what is there', async () => {
    const [one, two, three] = [
      await keys.make('one'),
      await keys.make('two', 'ecdsa'),
      await keys.make('three', 'rsa'),
    ];
    const ports = [(await serve(one)).port, (await serve(two)).port, (await serve(three)).port] as const;
    writeFileSync(knownHosts, `# mine\n[127.0.0.1]:${ports[0]} ${one.public}`);
    const file = inventory(ports);
    const { exitCode, text } = await trust(file, { yes: true });
    expect([exitCode, text]).toEqual([0, expect.stringContaining(fingerprintOf(two))]);
    expect(text).toContain('Trusting 2 keys as presented, not compared with anything, because of --yes.');
    expect(text).toContain('1 host is known already.');
    expect(readFileSync(knownHosts, 'utf8')).toBe(
      `# mine\n[127.0.0.1]:${ports[0]} ${one.public.trim()}\n[127.0.0.1]:${ports[1]} ${two.public.trim()}\n[127.0.0.1]:${ports[2]} ${three.public.trim()}\n`,
    );
    expect((await trust(file, {})).text).toContain('3 hosts are known already.');
  });

  it('records only what a list of fingerprints confirms', async () => {
    const [one, two] = [await keys.make('a'), await keys.make('b')];
    const ports = [(await serve(one)).port, (await serve(two)).port, (await serve(one)).port] as const;
    writeFileSync(knownHosts, '');
    const list = join(keys.folder, 'list');
    writeFileSync(list, `# from the console\ndr1 ${fingerprintOf(one)}\ndr2 ${fingerprintOf(one)}\n`);
    const { exitCode, text } = await trust(inventory(ports), { fingerprints: list });
    expect(exitCode).toBe(4);
    expect(text).toContain(`dr2: the host key is not the one in ${list}: ssh-ed25519 ${fingerprintOf(two)}`);
    expect(text).toContain(`rs1: the host key is not in ${list}`);
    expect(readFileSync(knownHosts, 'utf8')).toBe(`[127.0.0.1]:${ports[0]} ${one.public.trim()}\n`);
  });

  it('never records a changed key, and does not ask without a terminal', async () => {
    const [one, other] = [await keys.make('c'), await keys.make('d')];
    const ports = [(await serve(one)).port, (await serve(one)).port, (await serve(one)).port] as const;
    const before = `[127.0.0.1]:${ports[0]} ${other.public.trim()}\n`;
    writeFileSync(knownHosts, before);
    const file = inventory(ports);
    expect((await failureOf(trust(file, {}))).message).toBe(
      'Not a terminal, cannot ask for confirmation. No keys recorded.',
    );
    expect(readFileSync(knownHosts, 'utf8')).toBe(before);
    const { exitCode, text } = await trust(file, { yes: true });
    expect(exitCode).toBe(4);
    expect(text).toContain('has changed');
    expect(text).toContain('2 hosts share this key');
    expect(readFileSync(knownHosts, 'utf8').split('\n')[0]).toBe(before.trim());
  });

  it('trusts a jump host before the hosts behind it', async () => {
    const [door, one] = [await keys.make('e'), await keys.make('f')];
    const jump = await serve(door, true);
    const { port } = await serve(one);
    writeFileSync(knownHosts, '');
    const { exitCode, text } = await trust(
      inventory([port, port, port], `, proxy_jump: 'root@127.0.0.1:${jump.port}'`),
      {
        yes: true,
      },
    );
    expect([exitCode, text]).toEqual([0, expect.stringContaining('Recorded 2 keys.')]);
  });
});
