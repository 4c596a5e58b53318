import { describe, expect, it } from 'vitest';
import { type Fault, isPossible } from '../../../src/failover/fault.ts';
import { cutCable } from '../../../src/failover/faults/cable.ts';
import { stopDaemon } from '../../../src/failover/faults/daemon.ts';
import { Hosts } from '../../../src/failover/hosts.ts';
import { putBack, restore } from '../../../src/failover/put-back.ts';
import { Failure } from '../../../src/failure.ts';
import { FENCED, fenceUnlessTaken } from '../../../src/apply/lease.ts';
import { lines } from '../../../src/remote/command.ts';
import type { Transport } from '../../../src/remote/transport.ts';
import { HELD } from '../../support/held-lock.ts';
import { fakeHost } from '../../support/fake-host.ts';
import { choiceIn, clusterOf, takeoverIn } from './cluster.ts';

const cluster = clusterOf();
const daemon = stopDaemon(choiceIn(cluster), takeoverIn(cluster));
const cable = cutCable(choiceIn(cluster), takeoverIn(cluster));
if (!isPossible(daemon) || !isPossible(cable)) throw new Error('not possible');

const TOKEN = '5c0f9a4e-0000-4000-8000-000000000001';
const putting = (fault: Fault) => lines([fenceUnlessTaken('aa'), putBack(fault, TOKEN)]);

const lost = new Failure('connection-lost', 'dr1: the connection was lost');
const given = (transport: Transport): ReadonlyMap<string, Transport> => new Map([['dr1', transport]]);

/** A clock that moves on by itself and never by whole milliseconds, so that no test waits for a host's timer. */
function clock(stepMs: number): () => number {
  let at = 0;
  return () => (at += stepMs + 0.123);
}

describe('restoring a host', () => {
  it('uses the existing connection', async () => {
    const host = fakeHost('dr1', [{ script: putting(daemon), gives: { stdout: 'began 5.1\nundone lvsctl 9.2\n' } }]);
    expect(
      await restore({ hosts: new Hosts(given(host), undefined), now: clock(1), lock: HELD }, daemon, TOKEN, 0),
    ).toEqual({
      confirmed: true,
      message: 'dr1 is restored',
      times: { beganMs: 5100, undoneMs: 9200, undoneBy: 'lvsctl', refused: undefined, gone: false },
    });
  });

  it('uses a new connection after a cut, or when the first one is dead', async () => {
    for (const [fault, dead] of [
      [cable, fakeHost('dr1', [])],
      [daemon, fakeHost('dr1', [{ script: putting(daemon), gives: lost }])],
    ] as const) {
      const fresh = fakeHost('dr1', [{ script: putting(fault), gives: { stdout: 'undone timer 9.2\n' } }]);
      const hosts = new Hosts(given(dead), async () => await Promise.resolve(fresh));
      const { message } = await restore({ hosts, now: clock(1), lock: HELD }, fault, TOKEN, 0);
      expect(message).toBe('dr1 was restored by its own timer');
      expect(fresh.closed).toBe(false);
      hosts.close();
      expect(fresh.closed).toBe(true);
      expect(dead.closed).toBe(false);
    }
  });

  it('retries when the undo failed', async () => {
    const host = fakeHost('dr1', [
      { script: putting(daemon), gives: { exitCode: 1, stderr: 'Job for keepalived.service failed.\n' } },
      { script: putting(daemon), gives: {} },
    ]);
    const restored = await restore(
      { hosts: new Hosts(given(host), undefined), now: clock(1), lock: HELD },
      daemon,
      TOKEN,
      0,
    );
    expect(restored).toMatchObject({ confirmed: true });
  });

  it('leaves it to the timer, with its time, when no new connection is possible', async () => {
    const host = fakeHost('dr1', [{ script: putting(daemon), gives: lost }]);
    expect(
      await restore({ hosts: new Hosts(given(host), undefined), now: clock(1), lock: HELD }, daemon, TOKEN, 0),
    ).toEqual({
      confirmed: false,
      message: 'dr1 could not be restored: the connection was lost. Its own timer will try in 24 s.',
      times: undefined,
    });
  });

  it('reports that a host has no record of the fault, or did not inject it', async () => {
    for (const [stdout, message] of [
      ['gone\n', 'dr1 has no record of the fault any more: it has rebooted, or another run has cleaned up'],
      ['refused it came late\n', 'dr1 refused the fault; nothing was broken'],
    ] as const) {
      const host = fakeHost('dr1', [{ script: putting(daemon), gives: { stdout } }]);
      const hosts = new Hosts(given(host), undefined);
      expect(await restore({ hosts, now: clock(1), lock: HELD }, daemon, TOKEN, 0)).toMatchObject({
        confirmed: true,
        message,
      });
    }
  });

  it('retries until the timer must have fired', async () => {
    const slow = new Failure('timeout', 'dr1: no answer');
    const host = fakeHost('dr1', [{ script: putting(daemon), gives: slow, times: 'any' }]);
    const { message } = await restore(
      { hosts: new Hosts(given(host), undefined), now: clock(19_000), lock: HELD },
      daemon,
      TOKEN,
      0,
    );
    expect(message).toBe(
      'dr1 could not be restored: no answer. It keeps trying by itself; see systemctl status lvsctl-failover-undo-daemon',
    );
  });

  it('leaves it to the run that has taken the lock', async () => {
    const taken = { exitCode: FENCED, stderr: 'another run has taken the lock (ID bb): eve@desk: deploy\n' };
    const host = fakeHost('dr1', [{ script: putting(daemon), gives: taken }]);
    const { confirmed, message } = await restore(
      { hosts: new Hosts(given(host), undefined), now: clock(1), lock: HELD },
      daemon,
      TOKEN,
      0,
    );
    expect(confirmed).toBe(false);
    expect(message).toContain('another run has taken the lock (ID bb): eve@desk: deploy');
  });
});
