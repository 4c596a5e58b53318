import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SshAccess } from '../../../src/remote/access.ts';
import { lockedKeys } from '../../../src/remote/locked-keys.ts';
import { LoginFiles } from '../../../src/remote/login-files.ts';
import { connectSsh, defaultTuning } from '../../../src/remote/ssh.ts';
import { Secret } from '../../../src/text/secret.ts';
import { failureOf } from '../../support/failure-of.ts';
import { accessTo, open } from '../../support/ssh-access.ts';
import { newKeys, type TestKeys } from '../../support/ssh-keys.ts';
import { type Behaviour, startServer, type TestServer } from '../../support/ssh-server.ts';
import { until } from '../../support/until.ts';

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

describe('a login with a password', () => {
  const password = new Secret('correct horse');
  const plain = password.reveal();

  it.each([
    ['password', ['password']],
    ['keyboard-interactive', ['keyboard-interactive']],
    ['keys first', ['publickey', 'keyboard-interactive']],
  ] as const)('works by %s', async (_how, methods) => {
    const server = await serve({ methods, password: plain, allowed: [] });
    (await open(accessTo(server, keys, { password }))).close();
    expect(server.offers.at(-1)).toBe(methods.at(-1));
  });

  it('follows a key where sshd requires both', async () => {
    const server = await serve({ methods: ['publickey', 'password'], twoFactors: true, password: plain });
    (await open(accessTo(server, keys, { password }))).close();
    const without = await failureOf(open(accessTo(server, keys)));
    expect(without.detail.hint).toContain('requires another factor (password)');
    expect(without.detail.hint).toContain('ssh.password');
  });

  it('is never attempted while a key works', async () => {
    const server = await serve({ methods: ['publickey', 'password'], password: plain });
    (await open(accessTo(server, keys, { password }))).close();
    expect(new Set(server.offers)).toEqual(new Set(['publickey:ssh-ed25519']));
  });

  it('that is wrong is reported without it', async () => {
    const server = await serve({ methods: ['password'], password: plain });
    const wrong = new Secret('battery staple');
    const failure = await failureOf(open(accessTo(server, keys, { identityFiles: [], password: wrong })));
    expect([failure.code, failure.message]).toEqual([
      'auth',
      `web1: sshd rejected the login of root on 127.0.0.1:${server.port}: tried the password`,
    ]);
    expect(JSON.stringify(failure)).not.toContain('battery');
  });
});

describe('an encrypted key', () => {
  let locked: string;
  let agent: ChildProcess;
  let socket: string;
  beforeAll(async () => {
    locked = join(keys.folder, 'locked');
    spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', 'long enough', '-f', locked]);
    socket = join(keys.folder, 'agent');
    agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: 'ignore' });
    await until(() => existsSync(socket));
  });
  afterAll(() => {
    agent.kill();
  });

  const access = (identityFiles: readonly string[], more: Partial<SshAccess> = {}): SshAccess =>
    accessTo({ port: 1 }, keys, { identityFiles, ...more });

  it('needs its passphrase once for all hosts, and only where there is no other way', async () => {
    const hosts = [access([locked]), access([locked]), access([locked, keys.login.file])];
    expect(await lockedKeys(hosts, {})).toEqual([locked]);
    expect(await lockedKeys([access([locked], { password: new Secret('x') }), { kind: 'local' }], {})).toEqual([]);
    expect(await lockedKeys([access([keys.login.file], { jump: access([locked]) })], {})).toEqual([locked]);
    expect(await lockedKeys([access([locked])], { SSH_AUTH_SOCK: socket })).toEqual([locked]);
    const ask = join(keys.folder, 'ask');
    spawnSync('/bin/sh', ['-c', `printf '#!/bin/sh\\necho long enough\\n' >"$0" && chmod 700 "$0"`, ask]);
    const env = { ...process.env, SSH_AUTH_SOCK: socket, SSH_ASKPASS: ask, SSH_ASKPASS_REQUIRE: 'force' };
    spawnSync('ssh-add', ['-q', locked], { env, stdio: 'pipe' });
    expect(await lockedKeys([access([locked])], { SSH_AUTH_SOCK: socket })).toEqual([]);
  });

  it('logs in once its passphrase is given', async () => {
    const parsed = ssh2.utils.parseKey(readFileSync(`${locked}.pub`));
    if (parsed instanceof Error) throw parsed;
    const server = await serve({ allowed: [parsed] });
    const files = new LoginFiles();
    const connect = () =>
      connectSsh('web1', accessTo(server, keys, { identityFiles: [locked] }), new AbortController().signal, files, {
        ...defaultTuning({}),
        agentSocket: undefined,
      });
    expect((await failureOf(connect())).message).toContain('encrypted; load it into an ssh agent');
    files.addPassphrase(locked, new Secret('long enough'));
    (await connect()).close();
  });
});
