import { describe, expect, it } from 'vitest';
import { lockHost } from '../../../src/apply/lock.ts';
import { fakeHost } from '../../support/fake-host.ts';

const nobody = new AbortController().signal;
const whatever = { name: 'the lock script', matches: (script: string) => script.includes('flock') };

/** A holder that listens until it is told to stop. */
function untilAborted(signal: AbortSignal): Promise<Record<string, never>> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve({})));
}

describe('the lock of a host', () => {
  it('is one script, whole, and the owner is a word of it', async () => {
    const host = fakeHost('dr1', [{ script: whatever, gives: { exitCode: 1 } }]);
    await lockHost(host, "me@desk: it's mine", nobody).catch(() => undefined);
    expect(host.ran[0]).toBe(`mkdir -p /run/lvsctl && exec 9>>/run/lvsctl/lock 8>>/run/lvsctl/work || exit 1
command -v flock >/dev/null || { echo 'there is no flock' >&2; exit 1; }
tries=0
until flock -n 9 && flock -n 8; do
[ $tries -lt 4 ] || {
flock -n 9 && who=left || who=held
owner=; read -r owner < /run/lvsctl/owner; printf '%s %s\\n' $who "$owner"; exit 75; }
tries=$((tries + 1))
sleep 1
done
exec 8>&-
printf '%s\\n' 'me@desk: it'\\''s mine' > /run/lvsctl/owner
echo locked
cat 9>&- >/dev/null`);
  });

  it('is held until it is released', async () => {
    let ended = false;
    const host = fakeHost('dr1', [
      {
        script: whatever,
        gives: async (_script, options) => {
          options.onLine?.('locked');
          options.onLine?.('.');
          await untilAborted(options.signal);
          ended = true;
          return {};
        },
      },
    ]);
    const lock = await lockHost(host, 'me', nobody);
    expect(ended).toBe(false);
    lock.release();
    await new Promise(setImmediate);
    expect(ended).toBe(true);
  });

  it("is refused with the owner's words", async () => {
    const host = fakeHost('dr1', [{ script: whatever, gives: { exitCode: 75, stdout: 'held eve@desk: deploy\n' } }]);
    await expect(lockHost(host, 'me', nobody)).rejects.toMatchObject({
      code: 'locked',
      message: 'dr1: another run is at work: eve@desk: deploy',
    });
  });

  it('is refused by a host that ends what a run began that was left, and tells that from a run at work', async () => {
    const host = fakeHost('c1', [{ script: whatever, gives: { exitCode: 75, stdout: 'left eve@desk: deploy\n' } }]);
    await expect(lockHost(host, 'me', nobody)).rejects.toMatchObject({
      code: 'locked',
      message: 'c1: still busy with what a run began whose connection has ended: eve@desk: deploy',
      detail: { hint: 'The host ends that by itself; wait until it has and run the same command again.' },
    });
  });

  it('is refused by someone who did not get to say who it is', async () => {
    const host = fakeHost('dr1', [{ script: whatever, gives: { exitCode: 75, stdout: 'held \n' } }]);
    await expect(lockHost(host, 'me', nobody)).rejects.toMatchObject({
      message: 'dr1: another run is at work: by someone unknown',
    });
  });

  it('cannot be taken where there is no flock', async () => {
    const host = fakeHost('dr1', [{ script: whatever, gives: { exitCode: 1, stderr: 'there is no flock\n' } }]);
    await expect(lockHost(host, 'me', nobody)).rejects.toMatchObject({
      code: 'command',
      detail: { stderr: 'there is no flock\n' },
    });
  });

  it('is given up while it is waited for, when the run is interrupted', async () => {
    const interrupt = new AbortController();
    let stopped = false;
    const host = fakeHost('dr1', [
      {
        script: whatever,
        gives: async (_script, options) => {
          await untilAborted(options.signal);
          stopped = true;
          return { exitCode: 1 };
        },
      },
    ]);
    const taken = lockHost(host, 'me', interrupt.signal);
    interrupt.abort();
    await expect(taken).rejects.toThrow();
    expect(stopped).toBe(true);
  });

  it('is not even asked for when the run is interrupted already', async () => {
    const host = fakeHost('dr1', []);
    await expect(lockHost(host, 'me', AbortSignal.abort())).rejects.toMatchObject({ code: 'interrupted' });
    expect(host.ran).toEqual([]);
  });

  it('is kept by an interrupted run, which has a wave to finish, until it is released', async () => {
    const interrupt = new AbortController();
    let stopped = false;
    const host = fakeHost('dr1', [
      {
        script: whatever,
        gives: async (_script, options) => {
          options.onLine?.('locked');
          await untilAborted(options.signal);
          stopped = true;
          return {};
        },
      },
    ]);
    const lock = await lockHost(host, 'me', interrupt.signal);
    interrupt.abort();
    await new Promise(setImmediate);
    expect(stopped).toBe(false);
    lock.release();
    await new Promise(setImmediate);
    expect(stopped).toBe(true);
  });
});
