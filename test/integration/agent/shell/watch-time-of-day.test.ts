import { expect, test } from 'vitest';
import type { Interest, Loop } from '../../../../src/agent/shell/loop/loop-types.ts';
import { describeClockSet, watchTimeOfDay } from '../../../../src/agent/shell/sys/watch-time-of-day.ts';
import { fakeSys } from '../shell-check/fake-sys.ts';

const ECANCELED = -125;
const EAGAIN = -11;

/** A kernel whose time of day is moved, and the sentences that came of it. */
function clocks(answers: readonly number[]) {
  let ahead = 0n;
  let interest: Interest | undefined;
  const told: string[] = [];
  const { sys } = fakeSys({
    timerfd_create: 9,
    timerfd_settime: 0,
    read: [...answers],
    clock_gettime: (clock, bytes) => {
      if (!(bytes instanceof Uint8Array)) throw new Error('no memory for the time');
      const seconds = clock === 0 ? 1_700_000_000n + ahead : 50n;
      new DataView(bytes.buffer, bytes.byteOffset).setBigInt64(0, seconds, true);
      return 0;
    },
  });
  const loop: Pick<Loop, 'watch'> = {
    watch: (_, wanted) => {
      interest = wanted;
      return { change: () => undefined, close: () => undefined };
    },
  };
  watchTimeOfDay(sys, loop as Loop, (by) => told.push(describeClockSet(by)));
  return {
    told,
    set: (by: bigint): void => {
      ahead += by;
      interest?.readable?.();
    },
  };
}

test('a time of day that is set is told once each time, with its direction', () => {
  const { told, set } = clocks([ECANCELED, ECANCELED]);
  set(-3600n);
  set(60n);
  expect(told).toEqual([
    'the time of day was set back by 3600.0 s. Deadlines go by another clock: the service goes on as before',
    'the time of day was set ahead by 60.0 s. Deadlines go by another clock: the service goes on as before',
  ]);
});

test('one that is set to what it was, or a wake-up for nothing, is not worth a word', () => {
  const { told, set } = clocks([ECANCELED, EAGAIN]);
  set(0n);
  set(0n);
  expect(told).toEqual([]);
});

test('a kernel without such timers is no failure', () => {
  const { sys } = fakeSys({ timerfd_create: -22 });
  const loop = { watch: () => expect.unreachable('nothing is there to watch') };
  watchTimeOfDay(sys, loop as unknown as Loop, () => expect.unreachable('nothing was set'));
});
