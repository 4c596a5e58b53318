import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Failure } from '../../../src/failure.ts';
import { sh } from '../../../src/remote/command.ts';
import { failureOf } from '../../support/failure-of.ts';
import { accessTo, open, patient } from '../../support/ssh-access.ts';
import { newKeys, type TestKeys } from '../../support/ssh-keys.ts';
import { startServer, type TestServer } from '../../support/ssh-server.ts';
import { until } from '../../support/until.ts';

interface Relay {
  readonly port: number;
  readonly passed: () => number;
  /** Drops all traffic from now on, without an error. */
  freeze(): void;
  close(): void;
}

/** A wire that is cut, or reset, after so many bytes of the server's. */
async function relay(to: number, cutAfter: number, how: 'end' | 'reset'): Promise<Relay> {
  let passed = 0;
  let frozen = false;
  const open = new Set<{ destroy(): unknown }>();
  const server: Server = createServer((near) => {
    const far = connect({ port: to, host: '127.0.0.1', noDelay: true });
    near.setNoDelay(true);
    for (const socket of [near, far]) open.add(socket.on('error', () => undefined));
    near.on('data', (chunk) => frozen || far.write(chunk)).on('close', () => far.destroy());
    far.on('close', () => near.destroy());
    far.on('data', (chunk: Buffer) => {
      if (frozen) return;
      const rest = cutAfter - passed;
      passed += chunk.length;
      if (chunk.length <= rest) near.write(chunk);
      else {
        near.write(chunk.subarray(0, Math.max(0, rest)));
        if (how === 'end') near.destroySoon();
        else setImmediate(() => near.resetAndDestroy());
        far.destroy();
      }
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    passed: () => passed,
    freeze: () => {
      frozen = true;
    },
    close: () => {
      for (const socket of open) socket.destroy();
      server.close();
    },
  };
}

describe('a connection that is cut', () => {
  let keys: TestKeys;
  let server: TestServer;
  beforeAll(async () => {
    keys = await newKeys();
    server = await startServer({ hostKeys: [keys.host.private], user: 'root', allowed: [keys.login.parsed] });
  });
  afterAll(async () => {
    await server.close();
    await keys.remove();
  });

  /** Logs in and runs a command over a wire; what it ends with. */
  async function attempt(
    cutAfter: number,
    how: 'end' | 'reset',
  ): Promise<{ readonly code: string; readonly passed: number }> {
    const wire = await relay(server.port, cutAfter, how);
    try {
      const transport = await open(accessTo(wire, keys), { tries: 1 });
      const run = transport.run(sh`echo in; exit 5`, patient());
      const { exitCode } = await run.finally(() => {
        transport.close();
      });
      return { code: String(exitCode), passed: wire.passed() };
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      expect(error.message).toMatch(/^web1: /);
      return { code: error.code, passed: wire.passed() };
    } finally {
      wire.close();
    }
  }

  it.each(['end', 'reset'] as const)(
    'anywhere, by %s, is a Failure and never more',
    { timeout: 60_000 },
    async (how) => {
      const whole = await attempt(Number.MAX_SAFE_INTEGER, how);
      expect(whole.code).toBe('5');
      const codes = new Set<string>();
      for (let bytes = 0; bytes < whole.passed; bytes += 23) codes.add((await attempt(bytes, how)).code);
      for (const code of codes) expect(['unreachable', 'unsupported', 'auth', 'connection-lost', '5']).toContain(code);
      expect(codes).toContain('unreachable');
      expect(codes).toContain('connection-lost');
    },
  );

  it('fails a running command as lost and retryable', async () => {
    const transport = await open(accessTo(server, keys));
    let begun = false;
    const run = failureOf(transport.run(sh`echo in; sleep 60`, patient({ onLine: () => (begun = true) })));
    await until(() => begun);
    server.cut();
    const failure = await run;
    expect([failure.code, failure.message, failure.detail.retryable, failure.detail.command]).toEqual([
      'connection-lost',
      'web1: the host closed the connection',
      true,
      'echo in; sleep 60',
    ]);
    expect((await failureOf(transport.run(sh`true`, patient()))).code).toBe('connection-lost');
    transport.close();
  });

  it('is detected when the host falls silent', async () => {
    const wire = await relay(server.port, Number.MAX_SAFE_INTEGER, 'end');
    const transport = await open(accessTo(wire, keys), { keepaliveMs: 50 });
    const run = failureOf(transport.run(sh`sleep 60`, patient()));
    await delay(100);
    wire.freeze();
    const failure = await run;
    expect([failure.code, failure.message]).toEqual([
      'connection-lost',
      'web1: the connection was lost: Keepalive timeout',
    ]);
    wire.close();
  });

  it('is not assumed while the host still answers keepalives', async () => {
    const transport = await open(accessTo(server, keys), { keepaliveMs: 20 });
    expect((await transport.run(sh`sleep 0.5; echo done`, patient())).stdout).toBe('done\n');
    transport.close();
  });

  it('causes fifty Failures when the server dies during fifty logins', async () => {
    const doomed = await startServer({ hostKeys: [keys.host.private], user: 'root', allowed: [keys.login.parsed] });
    const access = accessTo(doomed, keys, { knownHosts: [join(keys.folder, 'many')], hostKeyChecking: 'accept-new' });
    const logins = Array.from({ length: 50 }, () =>
      open(access, { tries: 1 }).then((transport) => transport.run(sh`sleep 60`, patient())),
    );
    const all = Promise.all(logins.map(failureOf));
    await delay(150);
    await doomed.close();
    expect(new Set((await all).map(({ code }) => code)).size).toBeGreaterThan(0);
  });
});
