import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SshAccess } from '../../../src/remote/access.ts';
import { sh } from '../../../src/remote/command.ts';
import { connectOpenSsh } from '../../../src/remote/openssh.ts';
import type { Transport } from '../../../src/remote/transport.ts';
import { failureOf } from '../../support/failure-of.ts';
import { accessTo, patient } from '../../support/ssh-access.ts';
import { newKeys, type TestKeys } from '../../support/ssh-keys.ts';
import { type Behaviour, startServer, type TestServer } from '../../support/ssh-server.ts';
import { alive, until } from '../../support/until.ts';

describe('a connection of the ssh of this machine', () => {
  let keys: TestKeys;
  const servers: TestServer[] = [];

  beforeAll(async () => {
    keys = await newKeys();
  });
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.close()));
  });
  afterAll(async () => {
    await keys.remove();
  });

  async function serve(change: Partial<Behaviour> = {}): Promise<TestServer> {
    const server = await startServer({
      hostKeys: [keys.host.private],
      user: 'root',
      allowed: [keys.login.parsed],
      ...change,
    });
    servers.push(server);
    return server;
  }

  function access(server: { readonly port: number }, change: Partial<SshAccess> = {}): SshAccess {
    const plain = accessTo(server, keys, change);
    const options = [
      '-F',
      'none',
      '-o',
      `Port=${server.port}`,
      '-o',
      `UserKnownHostsFile=${plain.knownHosts[0] ?? ''}`,
      ...plain.identityFiles.flatMap((file) => ['-o', `IdentityFile=${file}`, '-o', 'IdentitiesOnly=yes']),
    ];
    return { ...plain, openssh: { options } };
  }
  const open = (to: SshAccess, signal = new AbortController().signal): Promise<Transport> =>
    connectOpenSsh('web1', to, signal);
  const sockets = (): readonly string[] => readdirSync('/tmp').filter((name) => name.startsWith('lvsctl-ssh-'));

  it('runs scripts in sessions of one connection, and leaves nothing behind', async () => {
    const before = sockets();
    let logins = 0;
    const server = await serve({ onConnection: () => (logins += 1) });
    const transport = await open(access(server));
    const all = await Promise.all(
      Array.from({ length: 12 }, (_none, index) =>
        transport.run(sh`echo ${index}; echo no >&2; exit ${index}`, patient()),
      ),
    );
    expect(all.map(({ exitCode, stdout, stderr }) => [exitCode, stdout, stderr])).toEqual(
      Array.from({ length: 12 }, (_none, index) => [index, `${index}\n`, 'no\n']),
    );
    expect([logins, server.connections()]).toEqual([1, 1]);
    const { stdout } = await transport.run(sh`head -c 1000000 /dev/zero | tr '\\0' x`, patient());
    expect(stdout).toHaveLength(1_000_000);
    transport.close();
    await until(() => server.connections() === 0 && sockets().length === before.length);
  });

  it('keeps exit code 255 of a command apart from a lost connection', async () => {
    const server = await serve();
    const transport = await open(access(server));
    expect((await transport.run(sh`exit 255`, patient())).exitCode).toBe(255);
    const run = failureOf(transport.run(sh`echo on; sleep 60`, patient()));
    await until(() => server.children.length > 2);
    server.cut();
    expect((await run).code).toBe('connection-lost');
    expect((await failureOf(transport.run(sh`true`, patient()))).code).toBe('connection-lost');
    transport.close();
  });

  it('ends a command after its time-out and when it is interrupted', async () => {
    const server = await serve();
    const transport = await open(access(server));
    const file = join(keys.folder, 'pid');
    for (const code of ['timeout', 'interrupted'] as const) {
      const abort = new AbortController();
      const run = failureOf(
        transport.run(
          sh`echo $$ >${file}; sleep 60`,
          patient({ signal: abort.signal, timeoutMs: code === 'timeout' ? 700 : 20_000, onLine: () => undefined }),
        ),
      );
      if (code === 'interrupted') {
        await until(() => existsSync(file) && readFileSync(file, 'utf8').trim() !== '');
        abort.abort();
      }
      expect((await run).code).toBe(code);
      const pid = readFileSync(file, 'utf8').trim();
      await until(() => !alive(pid));
      writeFileSync(file, '');
    }
    expect((await transport.run(sh`echo on`, patient())).stdout).toBe('on\n');
    transport.close();
  });

  it('never connects a second time when the first connection is gone', async () => {
    const server = await serve();
    const transport = await open(access(server));
    server.cut();
    await failureOf(transport.run(sh`true`, patient()));
    expect(server.connections()).toBe(0);
    transport.close();
  });

  it('explains why it does not come about', async () => {
    const server = await serve({ allowed: [] });
    const denied = await failureOf(open(access(server)));
    expect([denied.code, denied.message]).toEqual(['auth', expect.stringContaining('Permission denied (publickey)')]);
    const other = await serve();
    const empty = join(keys.folder, 'empty');
    writeFileSync(empty, '');
    const unknown = access(other, { knownHosts: [empty] });
    expect((await failureOf(open(unknown))).code).toBe('host-key');
    const { port } = other;
    const refused = { ...access(other) };
    await other.close();
    servers.splice(servers.indexOf(other), 1);
    const failure = await failureOf(open(refused));
    expect([failure.code, failure.message]).toEqual([
      'unreachable',
      `web1: ssh cannot connect to 127.0.0.1:${port}: ssh: connect to host 127.0.0.1 port ${port}: Connection refused`,
    ]);
    expect((await failureOf(open(refused, AbortSignal.abort()))).code).toBe('interrupted');
  });
});
