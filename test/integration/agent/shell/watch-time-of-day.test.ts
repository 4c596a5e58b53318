import { expect, it } from 'vitest';
import type { Interest, Loop } from '../../../../src/agent/shell/loop/loop-types.ts';
import { describeClockSet, watchTimeOfDay } from '../../../../src/agent/shell/sys/watch-time-of-day.ts';
import { fakeSys } from '../shell-check/fake-sys.ts';

const ECANCELED = -125;
const EAGAIN = -11;

/** A kernel whose wall clock is set by the test, and the resulting journal lines. */
function clocks(answers: readonly number[]) {
  let ahead = 0n;
  let interest: Interest | undefined;
  const lines: string[] = [];
  const { sys } = fakeSys({
    timerfd_create: 9,
    timerfd_settime: 0,
    read: [...answers],
    clock_gettime: (clock, bytes) => {
      if (!(bytes instanceof Uint8Array)) throw new Error('no buffer');
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
  watchTimeOfDay(sys, loop as Loop, (by) => lines.push(describeClockSet(by)));
  return {
    lines,
    set: (by: bigint): void => {
      ahead += by;
      interest?.readable?.();
    },
  };
}

it('reports every clock step with its direction', () => {
  const { lines, set } = clocks([ECANCELED, ECANCELED]);
  set(-3600n);
  set(60n);
  expect(lines).toEqual([
    'the clock was set back by 3600.0 s; timers are not affected',
    'the clock was set ahead by 60.0 s; timers are not affected',
  ]);
});

it('ignores insignificant steps and spurious wake-ups', () => {
  const { lines, set } = clocks([ECANCELED, EAGAIN]);
  set(0n);
  set(0n);
  expect(lines).toEqual([]);
});

it('does nothing without cancellable timers', () => {
  const { sys } = fakeSys({ timerfd_create: -22 });
  const loop = { watch: () => expect.unreachable('unexpected watch') };
  watchTimeOfDay(sys, loop as unknown as Loop, () => expect.unreachable('unexpected report'));
});
