import { describe, expect, it, vi } from 'vitest';
import { lockCluster } from '../../../src/apply/cluster-lock.ts';
import { holdLease } from '../../../src/apply/lease.ts';
import { lockHost } from '../../../src/apply/lock.ts';
import { Failure } from '../../../src/failure.ts';
import { type ExpectedRun, fakeHost } from '../../support/fake-host.ts';
import { holding } from '../../support/holding.ts';
import { until } from '../../support/until.ts';

const signal = new AbortController().signal;
const LOCKING = { name: 'the script that holds a lease', matches: (script: string) => script.includes('echo locked') };
const ME = { nonce: 'aa', owner: 'me@desk: deploy' };

const hostThat = (gives: ExpectedRun['gives'], name = 'dr1') => fakeHost(name, [{ script: LOCKING, gives }]);
const holder = (notes: string[], name: string, answer?: (line: string) => string | undefined) =>
  hostThat(async (_script, options) => {
    notes.push(`${name} locked`);
    const result = await holding(options, answer);
    notes.push(`${name} released`);
    return result;
  }, name);

describe('the lock of a host', () => {
  it('is requested with the nonce and the owner of the run', async () => {
    const host = fakeHost('dr1', [{ script: holdLease('aa', "me@desk: it's mine", 30), gives: { exitCode: 1 } }]);
    await expect(lockHost(host, { nonce: 'aa', owner: "me@desk: it's mine" }, signal)).rejects.toThrow();
  });

  it('is held until it is released', async () => {
    const notes: string[] = [];
    const lock = await lockHost(holder(notes, 'dr1'), ME, signal);
    expect([lock.lost(), notes]).toEqual([undefined, ['dr1 locked']]);
    await lock.release();
    expect([lock.lost(), notes]).toEqual([undefined, ['dr1 locked', 'dr1 released']]);
  });

  it('is refused with its holder, its ID, and how to break it', async () => {
    const host = hostThat({ exitCode: 75, stdout: 'held bb 17 eve@desk since noon: deploy\n' });
    await expect(lockHost(host, ME, signal)).rejects.toMatchObject({
      code: 'locked',
      message: 'dr1: locked by eve@desk since noon: deploy (ID bb, expires in 17 s)',
      detail: { hint: expect.stringContaining('`lvsctl unlock bb`') },
    });
  });

  it('is refused, with the process id, while a script of an earlier run is running', async () => {
    const host = hostThat({ exitCode: 75, stdout: 'left 4711 eve@desk since noon: deploy\n' }, 'c1');
    await expect(lockHost(host, ME, signal)).rejects.toMatchObject({
      code: 'locked',
      message: 'c1: process 4711 is still applying the changes of eve@desk since noon: deploy',
      detail: { hint: expect.stringContaining('`pstree -ap 4711` on c1') },
    });
  });

  it('cannot be taken on a host that has no flock', async () => {
    const host = hostThat({ exitCode: 1, stderr: 'flock is not installed\n' });
    await expect(lockHost(host, ME, signal)).rejects.toMatchObject({
      code: 'command',
      detail: { stderr: 'flock is not installed\n' },
    });
  });

  it('is abandoned when the run is interrupted while it waits', async () => {
    const interrupt = new AbortController();
    let stopped = false;
    const host = hostThat(async (_script, { signal }) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      stopped = true;
      return { exitCode: 1 };
    });
    const taken = lockHost(host, ME, interrupt.signal);
    interrupt.abort();
    await expect(taken).rejects.toThrow();
    expect(stopped).toBe(true);
  });

  it('is not requested when the run is interrupted already', async () => {
    const host = fakeHost('dr1', []);
    await expect(lockHost(host, ME, AbortSignal.abort())).rejects.toMatchObject({ code: 'interrupted' });
  });

  it('is kept by an interrupted run, which has to finish its wave', async () => {
    const interrupt = new AbortController();
    const notes: string[] = [];
    const lock = await lockHost(holder(notes, 'dr1'), ME, interrupt.signal);
    interrupt.abort();
    await new Promise(setImmediate);
    expect([lock.lost(), notes]).toEqual([undefined, ['dr1 locked']]);
    await lock.release();
  });
});

describe('a lock is lost', () => {
  it('when its shell ends', async () => {
    let end: () => void = () => undefined;
    const host = hostThat(async (_script, options) => {
      options.onLine?.('locked');
      await new Promise<void>((resolve) => (end = resolve));
      throw new Failure('command', 'dr1: the command was ended by SIGKILL');
    });
    const lock = await lockHost(host, ME, signal);
    end();
    await until(() => lock.lost() !== undefined);
    expect(lock.lost()).toMatchObject({
      code: 'locked',
      message: 'dr1: the lock was lost: the command was ended by SIGKILL',
    });
    await lock.release();
  });

  it('with its connection, without blaming another run', async () => {
    let end: () => void = () => undefined;
    const host = hostThat(async (_script, options) => {
      options.onLine?.('locked');
      await new Promise<void>((resolve) => (end = resolve));
      throw new Failure('connection-lost', 'dr1: the host closed the connection');
    });
    const lock = await lockHost(host, ME, signal);
    end();
    await until(() => lock.lost() !== undefined);
    expect(lock.lost()?.code).toBe('connection-lost');
    await lock.release();
  });

  it('when the host reports it in reply to a heartbeat', async () => {
    const host = holder([], 'dr1', () => 'lost another run has taken it (ID bb): eve@desk: deploy');
    const lock = await lockHost(host, { ...ME, seconds: 0.2 }, signal);
    await until(() => lock.lost() !== undefined);
    expect(lock.lost()?.message).toBe('dr1: the lock was lost: another run has taken it (ID bb): eve@desk: deploy');
    await lock.release();
  });

  it('when no heartbeat is answered during its lifetime', async () => {
    let silent = false;
    const host = holder([], 'dr1', () => (silent ? undefined : 'kept'));
    const lock = await lockHost(host, { ...ME, seconds: 0.3 }, signal);
    expect(lock.lost()).toBeUndefined();
    silent = true;
    await until(() => lock.lost() !== undefined);
    expect(lock.lost()?.message).toMatch(/^dr1: the lock was lost: no heartbeat was answered for \d+ s$/);
    await lock.release();
  });

  it('not while heartbeats are answered', async () => {
    vi.useFakeTimers();
    try {
      let beats = 0;
      const host = holder([], 'dr1', () => {
        beats += 1;
        return 'kept';
      });
      const taken = lockHost(host, ME, signal);
      await vi.advanceTimersByTimeAsync(0);
      const lock = await taken;
      await vi.advanceTimersByTimeAsync(120_000);
      expect(lock.lost()).toBeUndefined();
      expect(beats).toBe(16);
      const released = lock.release();
      await vi.advanceTimersByTimeAsync(0);
      await released;
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('the lock of a cluster', () => {
  it('locks the first host before the others, all with one nonce, and releases all of them', async () => {
    const notes: string[] = [];
    const hosts = ['dr1', 'dr2', 'rs1'].map((name) => holder(notes, name));
    const lock = await lockCluster(hosts, 'me', signal);
    expect(notes[0]).toBe('dr1 locked');
    expect(hosts.every(({ ran }) => ran[0]?.includes(lock.nonce) === true)).toBe(true);
    await lock.release();
    expect(notes.filter((note) => note.endsWith('released'))).toHaveLength(3);
  });

  it('has an owner of one line, whatever the name of the inventory', async () => {
    const host = holder([], 'dr1');
    const lock = await lockCluster([host], 'me: deploy a\nb\u001B.yml', signal);
    expect(host.ran[0]).toContain("owner='me: deploy a b .yml'");
    await lock.release();
  });

  it('contacts no other host when the first is locked', async () => {
    const held = hostThat({ exitCode: 75, stdout: 'held bb 17 eve\n' });
    await expect(lockCluster([held, fakeHost('dr2', [])], 'me', signal)).rejects.toMatchObject({ code: 'locked' });
  });

  it('releases its hosts when another one is locked', async () => {
    const notes: string[] = [];
    const held = hostThat({ exitCode: 75, stdout: 'held bb 17 eve\n' }, 'rs1');
    const taken = lockCluster([holder(notes, 'dr1'), holder(notes, 'dr2'), held], 'me', signal);
    await expect(taken).rejects.toMatchObject({ code: 'locked' });
    expect(notes.filter((note) => note.endsWith('released'))).toHaveLength(2);
  });

  it('is lost with any host but one whose loss is expected, which can be locked again', async () => {
    const dr1 = fakeHost('dr1', [
      {
        script: LOCKING,
        gives: async (_script, given) => {
          given.onLine?.('locked');
          await new Promise<void>((resolve) => given.onInput?.(() => resolve()));
          throw new Failure('connection-lost', 'dr1: lost');
        },
      },
    ]);
    const lock = await lockCluster([dr1, holder([], 'dr2')], 'me', signal, 0.2);
    await until(() => lock.lost() !== undefined);
    expect(lock.lost('dr1')).toBeUndefined();
    expect(lock.lost('dr2')?.code).toBe('connection-lost');
    await lock.renew(holder([], 'dr1'), signal);
    expect(lock.lost()).toBeUndefined();
    await lock.release();
  });
});
