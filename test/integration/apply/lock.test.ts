import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { lockHost } from '../../../src/apply/lock.ts';
import { breakLease, findLease } from '../../../src/apply/unlock.ts';
import type { Transport } from '../../../src/remote/transport.ts';
import { type LeaseFolder, leaseFolder, uptime } from '../../support/lease-folder.ts';
import { accessTo, open } from '../../support/ssh-access.ts';
import { type TestKeys, newKeys } from '../../support/ssh-keys.ts';
import { type TestServer, startServer } from '../../support/ssh-server.ts';
import { until } from '../../support/until.ts';

const signal = new AbortController().signal;
const ME = { nonce: 'aa', owner: 'me@desk: deploy' };
const EVE = { nonce: 'bb', owner: 'eve@desk: deploy' };

describe('a lock over a real connection', () => {
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

  /** A connection to a host whose folder of the lock is another one. */
  async function connected(folder: LeaseFolder): Promise<Transport> {
    const transport = await open(accessTo(server, keys));
    return {
      host: transport.host,
      run: (command, options) => transport.run(folder.of(command), options),
      close: () => transport.close(),
    };
  }

  it('is renewed while it is held, and available at once after its release', async () => {
    const folder = leaseFolder();
    const transport = await connected(folder);
    const lock = await lockHost(transport, { ...ME, seconds: 4 }, signal);
    const expiry = (): number => Number(folder.lease().split(/\s/)[1]);
    const first = expiry();
    for (let tries = 0; tries < 5 && expiry() === first; tries += 1)
      await until(() => expiry() > first).catch(() => undefined);
    expect(expiry()).toBeGreaterThan(first);
    expect(lock.lost()).toBeUndefined();
    await lock.release();
    await (await lockHost(transport, EVE, signal)).release();
    transport.close();
  });

  it('is available soon after its connection has ended, and the run learns that it is lost', async () => {
    const folder = leaseFolder();
    const [mine, other] = [await connected(folder), await connected(folder)];
    const lock = await lockHost(mine, ME, signal);
    mine.close();
    await until(() => lock.lost() !== undefined);
    expect(lock.lost()?.code).toBe('connection-lost');
    await lock.release();
    await (await lockHost(other, EVE, signal)).release();
    other.close();
  });

  it('is lost when its shell is killed, and stays locked until it expires', async () => {
    const folder = leaseFolder();
    const transport = await connected(folder);
    const lock = await lockHost(transport, ME, signal);
    server.children.at(-1)?.kill('SIGKILL');
    await until(() => lock.lost() !== undefined);
    expect(lock.lost()?.code).toBe('locked');
    await expect(lockHost(transport, EVE, signal)).rejects.toMatchObject({
      code: 'locked',
      message: expect.stringMatching(/^web1: locked by me@desk: deploy \(ID aa, expires in \d+ s\)$/),
    });
    transport.close();
  });

  it('can be found and broken with its ID only, and its run learns that', async () => {
    const folder = leaseFolder();
    const transport = await connected(folder);
    expect(await findLease(transport, signal)).toBeUndefined();
    expect(await breakLease(transport, 'aa', signal)).toBe(false);
    const lock = await lockHost(transport, { ...ME, seconds: 4 }, signal);
    expect(await findLease(transport, signal)).toMatchObject({ host: 'web1', id: 'aa', owner: 'me@desk: deploy' });
    expect(await breakLease(transport, 'bb', signal)).toBe(false);
    expect(lock.lost()).toBeUndefined();
    expect(await breakLease(transport, 'aa', signal)).toBe(true);
    const next = await lockHost(transport, EVE, signal);
    await until(() => lock.lost() !== undefined);
    expect(lock.lost()?.message).toBe('web1: the lock was lost: another run has taken it (ID bb): eve@desk: deploy');
    await lock.release();
    expect(folder.lease()).toMatch(/^bb /);
    await next.release();
    transport.close();
  });

  it('does not survive a restart of the host', async () => {
    const folder = leaseFolder();
    folder.hold('bb', 300);
    // A reboot empties /run.
    rmSync(folder.path, { recursive: true });
    const transport = await connected(folder);
    const lock = await lockHost(transport, ME, signal);
    expect(Number(folder.lease().split(/\s/)[1])).toBeGreaterThan(uptime());
    await lock.release();
    transport.close();
  });
});
