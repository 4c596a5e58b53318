import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { once } from 'node:events';
import ssh2 from 'ssh2';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { sh } from '../../../src/remote/command.ts';
import { failureOf } from '../../support/failure-of.ts';
import { accessTo, open, patient } from '../../support/ssh-access.ts';
import { newKeys, type TestKeys } from '../../support/ssh-keys.ts';
import { type Behaviour, startServer, type TestServer } from '../../support/ssh-server.ts';
import { until } from '../../support/until.ts';

describe('a login over SSH', () => {
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

  it('offers the key at once, without a wasted attempt', async () => {
    const server = await serve();
    (await open(accessTo(server, keys))).close();
    expect(new Set(server.offers)).toEqual(new Set(['publickey:ssh-ed25519']));
  });

  it('negotiates curve25519, ed25519 and AES-GCM, and nothing weaker', async () => {
    const { algorithms } = await import('../../../src/remote/algorithms.ts');
    const offered = JSON.stringify(algorithms([]));
    for (const first of [
      '{"kex":["curve25519-sha256"',
      '"cipher":["aes128-gcm@',
      '"serverHostKey":["ssh-ed25519"',
      '"compress":["none"]',
    ]) {
      expect(offered).toContain(first);
    }
    expect(offered).not.toMatch(/sha1|cbc|arcfour|md5|ssh-rsa|ssh-dss|group1-|zlib/);
  });

  it('tries the next key when one is rejected, and skips missing files', async () => {
    const server = await serve();
    const other = await keys.make('other', 'ecdsa');
    const identityFiles = [join(keys.folder, 'none'), other.file, keys.login.file];
    (await open(accessTo(server, keys, { identityFiles }))).close();
    expect([...new Set(server.offers)]).toEqual(['publickey:ecdsa-sha2-nistp256', 'publickey:ssh-ed25519']);
  });

  it('reports which keys were tried, and which were skipped and why', async () => {
    const server = await serve();
    const stranger = await keys.make('stranger', 'rsa');
    const locked = join(keys.folder, 'locked');
    spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'long enough', '-f', locked]);
    const junk = join(keys.folder, 'junk');
    writeFileSync(junk, 'not a key');
    const missing = join(keys.folder, 'none');
    const failure = await failureOf(
      open(accessTo(server, keys, { identityFiles: [locked, stranger.file, junk, missing, `${locked}.pub`] })),
    );
    expect(failure.code).toBe('auth');
    expect(failure.message).toBe(
      `web1: sshd rejected the login of root on 127.0.0.1:${server.port}: tried ${stranger.file}; ` +
        `skipped ${locked} (encrypted; load it into an ssh agent), ${junk} (not a readable private key), ` +
        `${missing} (missing), ${locked}.pub (a public key, not a private one)`,
    );
    expect(failure.detail.hint).toContain('~root/.ssh/authorized_keys');
  });

  it('sends no packet without keys to offer', async () => {
    const server = await serve();
    const failure = await failureOf(open(accessTo(server, keys, { identityFiles: [join(keys.folder, 'none')] })));
    expect([failure.code, server.connections()]).toEqual(['auth', 0]);
    expect(failure.message).toMatch(
      /^web1: cannot authenticate as root: no SSH identity available: no key offered; skipped .*none \(missing\)$/,
    );
  });

  it('reports an unreadable key file', async () => {
    const failure = await failureOf(open(accessTo({ port: 1 }, keys, { identityFiles: [keys.folder] })));
    expect(failure.message).toContain(`${keys.folder} (cannot be read: EISDIR)`);
  });

  describe('with an ssh agent', () => {
    let agent: ChildProcess;
    let socket: string;
    beforeAll(async () => {
      socket = join(keys.folder, 'agent');
      agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
      await until(() => existsSync(socket));
    });
    afterAll(() => {
      agent.kill();
    });

    it('uses a key that only the agent holds', async () => {
      const server = await serve();
      spawnSync('ssh-add', ['-q', keys.login.file], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
      (await open(accessTo(server, keys, { identityFiles: [] }), { agentSocket: socket })).close();
      expect(server.offers.length).toBeGreaterThan(0);
    });

    it('does not offer a key of a file a second time from the agent', async () => {
      const server = await serve({ allowed: [] });
      spawnSync('ssh-add', ['-q', keys.login.file], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
      const failure = await failureOf(open(accessTo(server, keys), { agentSocket: socket }));
      expect(failure.message).toContain(`tried ${keys.login.file}, the keys of the ssh agent`);
      expect(server.offers).toEqual(['publickey:ssh-ed25519']);
    });

    describe('that holds more keys than sshd lets one try', () => {
      const add = (file: string, passphrase = ''): void => {
        const ask = join(keys.folder, 'ask');
        writeFileSync(ask, `#!/bin/sh\necho '${passphrase}'\n`, { mode: 0o700 });
        const env = { ...process.env, SSH_AUTH_SOCK: socket, SSH_ASKPASS: ask, SSH_ASKPASS_REQUIRE: 'force' };
        expect(spawnSync('ssh-add', ['-q', file], { env, stdio: 'pipe' }).stderr.toString()).toBe('');
      };
      let locked: string;
      beforeAll(async () => {
        for (let number = 1; number <= 8; number++) add((await keys.make(`other${number}`)).file);
        locked = join(keys.folder, 'locked-in-agent');
        spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'long enough', '-f', locked]);
        add(locked, 'long enough');
      });

      const serveOnly = async (): Promise<TestServer> => {
        const parsed = ssh2.utils.parseKey(readFileSync(`${locked}.pub`));
        if (parsed instanceof Error) throw parsed;
        return serve({ allowed: [parsed], maxAuthTries: 6 });
      };

      it.each([
        ['the encrypted private key', () => locked],
        ['the public key', () => `${locked}.pub`],
        [
          'a private key that is elsewhere, with its public half in place',
          () => {
            writeFileSync(join(keys.folder, 'moved.pub'), readFileSync(`${locked}.pub`));
            return join(keys.folder, 'moved');
          },
        ],
        [
          'an encrypted private key without its public file',
          () => {
            writeFileSync(join(keys.folder, 'alone'), readFileSync(locked), { mode: 0o600 });
            return join(keys.folder, 'alone');
          },
        ],
      ])('offers the key of a file first: %s', async (_name, named) => {
        const server = await serveOnly();
        (await open(accessTo(server, keys, { identityFiles: [named()] }), { agentSocket: socket })).close();
        expect(server.offers.length).toBeLessThanOrEqual(2);
      });
    });

    it('continues without an agent that has exited', async () => {
      const server = await serve();
      const stranger = await keys.make('stranger2');
      const access = accessTo(server, keys, { identityFiles: [stranger.file] });
      const failure = await failureOf(open(access, { agentSocket: join(keys.folder, 'no-agent') }));
      expect(failure.message).toContain(
        `tried ${stranger.file}, the keys of the ssh agent; Failed to connect to agent`,
      );
    });
  });

  describe('to a host whose key', () => {
    it('is unknown is refused, with its fingerprint and how to add it', async () => {
      const server = await serve();
      const file = join(keys.folder, 'empty');
      const failure = await failureOf(open(accessTo(server, keys, { knownHosts: [file] })));
      const [, fingerprint = ''] = spawnSync('ssh-keygen', ['-lf', '-'], {
        input: keys.host.public,
        encoding: 'utf8',
      }).stdout.split(' ');
      expect([failure.code, failure.message]).toEqual([
        'host-key',
        `web1: unknown host key of [127.0.0.1]:${server.port}: ssh-ed25519 ${fingerprint}`,
      ]);
      expect(failure.detail.hint).toContain(`ssh-keyscan -t ed25519 -p ${server.port} 127.0.0.1 >> ${file}`);
      expect(failure.detail.hint).toContain('host_key_checking: accept-new');
      expect([existsSync(file), server.offers]).toEqual([false, []]);
    });

    it('is unknown is recorded under accept-new, and known from then on', async () => {
      const server = await serve();
      const file = join(keys.folder, 'new', 'known_hosts');
      (await open(accessTo(server, keys, { knownHosts: [file], hostKeyChecking: 'accept-new' }))).close();
      expect(readFileSync(file, 'utf8')).toBe(`[127.0.0.1]:${server.port} ${keys.host.public.trim()}\n`);
      (await open(accessTo(server, keys, { knownHosts: [file] }))).close();
    });

    it('has changed is refused, under accept-new too', async () => {
      const server = await serve();
      const other = await keys.make('other-host');
      const file = join(keys.folder, 'changed');
      writeFileSync(file, `# mine\n[127.0.0.1]:${server.port} ${other.public}\n`);
      const failure = await failureOf(
        open(accessTo(server, keys, { knownHosts: [file], hostKeyChecking: 'accept-new' })),
      );
      expect(failure.code).toBe('host-key');
      expect(failure.message).toMatch(new RegExp(`has changed: ${file}:2 does not match ssh-ed25519 SHA256:`));
      expect(failure.detail.hint).toContain(`ssh-keygen -R '[127.0.0.1]:${server.port}' -f ${file}`);
    });

    it('was revoked is refused', async () => {
      const server = await serve();
      const file = join(keys.folder, 'revoked');
      writeFileSync(file, `@revoked * ${keys.host.public}\n`);
      const failure = await failureOf(
        open(accessTo(server, keys, { knownHosts: [file], hostKeyChecking: 'accept-new' })),
      );
      expect(failure.message).toMatch(
        new RegExp(`presents a host key that is revoked by ${file}:1: ssh-ed25519 SHA256:`),
      );
    });

    it('is one of two is asked for by the one that is known', async () => {
      const ecdsa = await keys.make('host-ecdsa', 'ecdsa');
      const server = await serve({ hostKeys: [keys.host.private, ecdsa.private] });
      const file = join(keys.folder, 'by-ecdsa');
      writeFileSync(file, `[127.0.0.1]:${server.port} ${ecdsa.public}\n`);
      (await open(accessTo(server, keys, { knownHosts: [file] }))).close();
    });

    it('is only vouched for by an authority is unknown, and why is said', async () => {
      const server = await serve();
      const file = join(keys.folder, 'authority');
      writeFileSync(file, `@cert-authority * ${keys.host.public}\n`);
      const failure = await failureOf(open(accessTo(server, keys, { knownHosts: [file] })));
      expect(failure.message).toContain(
        `${file}:1 trusts a certificate authority for it, but lvsctl cannot check host certificates`,
      );
    });
  });

  it('explains that nothing listens on a port', async () => {
    const server = await serve();
    const access = accessTo(server, keys);
    await server.close();
    servers.pop();
    const failure = await failureOf(open(access));
    expect([failure.code, failure.message, failure.detail.retryable]).toEqual([
      'unreachable',
      `web1: 127.0.0.1:${access.port} refused the connection`,
      true,
    ]);
  });

  it('explains that a name does not resolve', async () => {
    const failure = await failureOf(open(accessTo({ port: 22 }, keys, { host: 'web1.invalid' })));
    expect(failure.code).toBe('unreachable');
    expect(failure.message).toMatch(/^web1: the name web1\.invalid does not resolve \((ENOTFOUND|EAI_AGAIN)\)$/);
  });

  it('causes no warning when many share one signal', async () => {
    const warnings: string[] = [];
    const note = (warning: Error): void => void warnings.push(warning.message);
    process.on('warning', note);
    const server = await serve();
    const { signal } = new AbortController();
    const access = accessTo(server, keys);
    const transports = await Promise.all(Array.from({ length: 15 }, () => open(access, {}, signal)));
    await Promise.all(transports.map((transport) => transport.run(sh`true`, patient({ signal }))));
    for (const transport of transports) transport.close();
    process.off('warning', note);
    expect(warnings).toEqual([]);
  });

  describe('to something that is not sshd', () => {
    async function speak(greeting: string, body: (port: number) => Promise<void>): Promise<void> {
      const server = createServer((socket) => {
        socket.on('error', () => undefined).write(greeting);
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      await body((server.address() as AddressInfo).port);
      server.close();
    }

    it('and is silent ends in time', async () => {
      await speak('', async (port) => {
        const failure = await failureOf(open(accessTo({ port }, keys, { connectTimeoutSeconds: 0.3 })));
        expect([failure.code, failure.message]).toEqual([
          'timeout',
          `web1: 127.0.0.1:${port} accepted the connection, but the SSH handshake did not complete within 0.3 s`,
        ]);
      });
    });

    it('and says so fails at once', async () => {
      await speak(`SSH-1.5-old\r\n`, async (port) => {
        const failure = await failureOf(open(accessTo({ port }, keys)));
        expect(failure.code).toBe('unsupported');
        expect(failure.message).toMatch(/^web1: cannot negotiate an SSH connection with 127\.0\.0\.1:\d+: /);
      });
    });
  });

  it('retries when sshd closes connections under many logins', async () => {
    const server = await serve({ hangUp: 2 });
    const transport = await open(accessTo(server, keys));
    expect((await transport.run(sh`echo in`, patient())).stdout).toBe('in\n');
    transport.close();
  });

  it('fails when sshd closes every connection', async () => {
    const server = await serve({ hangUp: 99 });
    const failure = await failureOf(open(accessTo(server, keys), { tries: 2 }));
    expect([failure.code, failure.message]).toEqual([
      'unreachable',
      `web1: 127.0.0.1:${server.port} closed the connection during every handshake`,
    ]);
    expect(failure.detail.hint).toContain('MaxStartups');
  });

  it('can be interrupted before it starts and while it runs', async () => {
    const server = await serve({ hangUp: 99 });
    const access = accessTo(server, keys);
    expect((await failureOf(open(access, {}, AbortSignal.abort()))).code).toBe('interrupted');
    const abort = new AbortController();
    const login = failureOf(open(access, {}, abort.signal));
    setTimeout(() => {
      abort.abort();
    }, 50);
    expect((await login).code).toBe('interrupted');
  });

  it('leaves no connection open when it fails', async () => {
    const server = await serve();
    await failureOf(open(accessTo(server, keys, { user: 'nobody' })));
    await until(() => server.connections() === 0);
  });

  it('leaves no connection open when it is closed', async () => {
    const server = await serve();
    const transport = await open(accessTo(server, keys));
    transport.close();
    await until(() => server.connections() === 0);
    expect((await failureOf(transport.run(sh`true`, patient()))).message).toBe('web1: the connection was closed');
  });
});
