import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { SshAccess } from '../../../src/remote/access.ts';
import { sh } from '../../../src/remote/command.ts';
import { LoginFiles } from '../../../src/remote/login-files.ts';
import { connectSsh, defaultTuning } from '../../../src/remote/ssh.ts';
import { failureOf } from '../../support/failure-of.ts';
import { accessTo, open, patient } from '../../support/ssh-access.ts';
import { newKeys, type TestKeys } from '../../support/ssh-keys.ts';
import { type Behaviour, startServer, type TestServer } from '../../support/ssh-server.ts';
import { until } from '../../support/until.ts';

describe('a connection through a jump host', () => {
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

  /** An access through jump hosts, the first of them first. */
  function through(jumps: readonly TestServer[], to: TestServer, change: Partial<SshAccess> = {}): SshAccess {
    const knownHosts = join(keys.folder, 'through');
    writeFileSync(knownHosts, [...jumps, to].map(({ port }) => `[127.0.0.1]:${port} ${keys.host.public}\n`).join(''));
    return jumps.reduceRight<SshAccess>(
      (access, server) => behind(access, { ...accessTo(server, keys), knownHosts: [knownHosts] }),
      { ...accessTo(to, keys), knownHosts: [knownHosts], ...change },
    );
  }
  const behind = (access: SshAccess, jump: SshAccess): SshAccess =>
    access.jump === undefined ? { ...access, jump } : { ...access, jump: behind(access.jump, jump) };

  it('works through one and through a chain, and closes them with the last host', async () => {
    const [first, second, target] = [await serve({ forwards: true }), await serve({ forwards: true }), await serve()];
    for (const jumps of [[first], [first, second]]) {
      const transport = await open(through(jumps, target));
      const { stdout } = await transport.run(sh`head -c 300000 /dev/zero | tr '\\0' x`, patient());
      expect(stdout).toHaveLength(300_000);
      transport.close();
      await until(() => [...jumps, target].every((server) => server.connections() === 0));
    }
  });

  it('is one to the jump host for all hosts behind it', async () => {
    let logins = 0;
    const jump = await serve({ forwards: true, onConnection: () => (logins += 1) });
    const target = await serve();
    const files = new LoginFiles();
    const { signal } = new AbortController();
    const tuning = { ...defaultTuning({}), agentSocket: undefined };
    const access = through([jump], target);
    const all = await Promise.all(
      Array.from({ length: 20 }, (_none, index) => connectSsh(`rs${index}`, access, signal, files, tuning)),
    );
    await Promise.all(all.map((transport) => transport.run(sh`true`, patient())));
    expect([logins, jump.connections()]).toEqual([1, 1]);
    for (const transport of all.slice(1)) transport.close();
    expect((await all[0]?.run(sh`echo on`, patient()))?.stdout).toBe('on\n');
    all[0]?.close();
    await until(() => jump.connections() === 0);
    (await connectSsh('rs1', access, signal, files, tuning)).close();
    expect(logins).toBe(2);
  });

  it('is lost with the jump host, and opened again through a new connection', async () => {
    const jump = await serve({ forwards: true });
    const target = await serve();
    const files = new LoginFiles();
    const { signal } = new AbortController();
    const tuning = { ...defaultTuning({}), agentSocket: undefined };
    const access = through([jump], target);
    const transport = await connectSsh('rs1', access, signal, files, tuning);
    const run = failureOf(transport.run(sh`sleep 60`, patient()));
    await until(() => target.children.length > 0);
    jump.cut();
    expect((await run).code).toBe('connection-lost');
    const again = await connectSsh('rs1', access, signal, files, tuning);
    expect((await again.run(sh`echo on`, patient())).stdout).toBe('on\n');
    again.close();
  });

  it('checks the host key of each', async () => {
    const [jump, target] = [await serve({ forwards: true }), await serve()];
    const known = through([jump], target);
    const empty = join(keys.folder, 'empty');
    writeFileSync(empty, '');
    const unknownJump = await failureOf(open({ ...known, jump: { ...accessTo(jump, keys), knownHosts: [empty] } }));
    expect([unknownJump.code, target.connections()]).toEqual(['host-key', 0]);
    expect(unknownJump.message).toMatch(
      new RegExp(String.raw`^web1: jump host root@127\.0\.0\.1:${jump.port}: unknown host key of `),
    );
    const unknownTarget = await failureOf(open({ ...known, knownHosts: [empty] }));
    expect(unknownTarget.message).toMatch(
      new RegExp(String.raw`^web1: unknown host key of \[127\.0\.0\.1\]:${target.port}`),
    );
    expect(unknownTarget.detail.hint).toContain(`ssh -J root@127.0.0.1:${jump.port} -p ${target.port}`);
    await until(() => jump.connections() === 0);
  });

  it('explains that the jump host cannot connect, forwards nothing or refuses the login', async () => {
    const target = await serve();
    const access = through([await serve({ forwards: true })], target);
    await target.close();
    servers.splice(servers.indexOf(target), 1);
    expect((await failureOf(open(access))).message).toMatch(
      /^web1: jump host root@127\.0\.0\.1:\d+ cannot connect to 127\.0\.0\.1:\d+: /,
    );
    const other = await serve();
    const closed = await failureOf(open(through([await serve()], other)));
    expect(closed.detail.hint).toContain('AllowTcpForwarding');
    const strange = await failureOf(open(through([await serve({ forwards: true, allowed: [] })], other)));
    expect(strange.message).toMatch(/^web1: jump host root@127\.0\.0\.1:\d+: sshd rejected the login of root on /);
  });
});
