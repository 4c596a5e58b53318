import { writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { quote, sh } from '../../../src/remote/command.ts';
import { fillIn, ProxySocket } from '../../../src/remote/proxy-command.ts';
import { failureOf } from '../../support/failure-of.ts';
import { accessTo, open, patient } from '../../support/ssh-access.ts';
import { newKeys, type TestKeys } from '../../support/ssh-keys.ts';
import { startServer, type TestServer } from '../../support/ssh-server.ts';
import { alive, until } from '../../support/until.ts';

const to = { host: '10.0.0.1', port: 2222, user: 'root' };

describe('a proxy command', () => {
  it('gets host, port and user', () => {
    expect(fillIn('nc -X %% %h %p # %r', 'web1', to)).toBe('nc -X % 10.0.0.1 2222 # root');
    expect(fillIn('nc %h', 'web1', { ...to, host: 'fe80::1%eth0' })).toBe('nc fe80::1%eth0');
  });

  it.each([
    ['a host that would be a command', 'a;reboot'],
    ['a host that would be two words', 'a b'],
    ['a host that would be an option', '-oProxyCommand=reboot'],
    ['no host', ''],
  ])('refuses %s', (_what, host) => {
    expect(() => fillIn('nc %h %p', 'web1', { ...to, host })).toThrow(
      /^web1: cannot replace %h in a proxy command safely: ".*"$/,
    );
  });

  it('rejects an unknown sequence, and a lone % at the end', () => {
    expect(() => fillIn('nc %k', 'web1', to)).toThrow(
      'web1: the proxy command contains %k, which is not one of %h, %n, %p, %r and %%',
    );
    expect(() => fillIn('nc 100%', 'web1', to)).toThrow('web1: the proxy command contains %, which');
  });

  it('is killed with its children when it ignores SIGTERM', { timeout: 10_000 }, async () => {
    const socket = new ProxySocket(`/bin/sh -c 'trap "" TERM; echo $$; sleep 60'`);
    const [first] = (await once(socket, 'data')) as [Buffer];
    const pid = first.toString().trim();
    expect(alive(pid)).toBe(true);
    socket.destroy();
    await until(() => !alive(pid)).catch(() => undefined);
    await until(() => !alive(pid));
  });
});

describe('a connection through a proxy command', () => {
  let keys: TestKeys;
  let server: TestServer;
  let proxy: string;
  let pidFile: string;

  beforeAll(async () => {
    keys = await newKeys();
    server = await startServer({ hostKeys: [keys.host.private], user: 'root', allowed: [keys.login.parsed] });
    pidFile = join(keys.folder, 'pid');
    const script = join(keys.folder, 'proxy.mjs');
    writeFileSync(
      script,
      `import { writeFileSync } from 'node:fs';
       import { connect } from 'node:net';
       writeFileSync(${JSON.stringify(pidFile)}, String(process.pid));
       const socket = connect({ host: process.argv[2], port: Number(process.argv[3]) });
       socket.on('error', (error) => { console.error('proxy: ' + error.code); process.exit(1); });
       process.stdin.pipe(socket).pipe(process.stdout);`,
    );
    proxy = `${quote(process.execPath)} ${quote(script)} %h %p`;
  });
  afterAll(async () => {
    await server.close();
    await keys.remove();
  });
  const proxyPid = async (): Promise<string> => (await import('node:fs')).readFileSync(pidFile, 'utf8');

  it('works like any other, and ends the command when it is closed', async () => {
    const transport = await open(accessTo(server, keys, { proxyCommand: proxy }));
    const { stdout } = await transport.run(sh`head -c 1000000 /dev/zero | tr '\\0' x`, patient());
    expect(stdout.length).toBe(1_000_000);
    const pid = await proxyPid();
    expect(alive(pid)).toBe(true);
    transport.close();
    await until(() => !alive(pid));
  });

  it('reports the error of the command', async () => {
    const failure = await failureOf(open(accessTo({ port: 1 }, keys, { proxyCommand: proxy }), { tries: 1 }));
    expect([failure.code, failure.message]).toEqual([
      'unreachable',
      'web1: the proxy command to 127.0.0.1:1 failed: proxy: ECONNREFUSED',
    ]);
  });

  it.each([
    ['cannot be found', 'no-such-command', /failed: \/bin\/sh: .*no-such-command: not found$/],
    ['ends without a word', 'false', /failed: it exited with code 1$/],
    ['is killed', `sh -c 'kill -9 $$'`, /failed: it was killed by SIGKILL$/],
    ['closes its output', `sh -c 'exec >&-; echo no more >&2; sleep 60'`, /failed: no more$/],
  ])('reports that the command %s', async (_how, proxyCommand, message) => {
    const failure = await failureOf(open(accessTo(server, keys, { proxyCommand }), { tries: 1 }));
    expect(failure.code).toBe('unreachable');
    expect(failure.message).toMatch(message);
  });

  it('ends the command when the login takes too long', async () => {
    const proxyCommand = `sh -c 'echo $$ >${pidFile}; exec sleep 60'`;
    const failure = await failureOf(open(accessTo(server, keys, { proxyCommand, connectTimeoutSeconds: 0.4 })));
    expect([failure.code, failure.message]).toEqual([
      'unreachable',
      `web1: 127.0.0.1:${server.port} did not respond through the proxy command within 0.4 s`,
    ]);
    const pid = (await proxyPid()).trim();
    await until(() => !alive(pid));
  });

  it('is lost when the command is killed', async () => {
    const transport = await open(accessTo(server, keys, { proxyCommand: proxy }));
    const run = failureOf(transport.run(sh`sleep 60`, patient()));
    process.kill(Number(await proxyPid()), 'SIGKILL');
    expect((await run).code).toBe('connection-lost');
  });

  it('is rejected before anything is started when its values are unsafe', async () => {
    const failure = await failureOf(open(accessTo(server, keys, { proxyCommand: proxy, host: '$(reboot)' })));
    expect(failure.code).toBe('inventory');
  });
});
