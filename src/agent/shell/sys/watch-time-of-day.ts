import { concat, u64le } from '../../core/bytes/write.ts';
import { monotonic, timeOfDay } from './clock.ts';
import { isErrno } from './errno.ts';
import { closeFile } from './files.ts';
import type { Loop } from '../loop/loop-types.ts';
import type { Sys } from './sys.ts';
import { call } from './syscall-numbers.ts';

const CLOCK_REALTIME = 0;
// linux/timerfd.h; the flags of creation are those of open(2).
const TFD_NONBLOCK_CLOEXEC = 0o2004000;
const TFD_TIMER_ABSTIME_CANCEL_ON_SET = 1 | 2;
/** A time that is never reached: the year 2242. The kernel's limit is 20 years later. */
const NEVER = 1n << 33n;

/** Clock steps up to this many ms, as made by time synchronization, are ignored. */
const SMALL = 500;

/**
 * Reports when the wall clock is set by more than half a second, in milliseconds (negative: back). Uses a
 * CLOCK_REALTIME timer, which the kernel then cancels with ECANCELED (timerfd_create(2)). Does nothing without such
 * timers.
 */
export function watchTimeOfDay(sys: Sys, loop: Loop, set: (by: number) => void): void {
  const fd = call(sys, 'timerfd_create', CLOCK_REALTIME, TFD_NONBLOCK_CLOEXEC);
  if (fd < 0) return;
  const never = concat([u64le(0n), u64le(0n), u64le(NEVER), u64le(0n)]);
  const arm = (): number => call(sys, 'timerfd_settime', fd, TFD_TIMER_ABSTIME_CANCEL_ON_SET, never, 0);
  if (arm() < 0) {
    closeFile(sys, fd);
    return;
  }
  const offset = (): number => timeOfDay(sys) - monotonic(sys);
  let before = offset();
  const count = new Uint8Array(8);
  const readable = (): void => {
    if (!isErrno(call(sys, 'read', fd, count, count.length), 'ECANCELED')) return;
    arm();
    const now = offset();
    if (Math.abs(now - before) > SMALL) set(now - before);
    before = now;
  };
  loop.watch(fd, { readable, writable: undefined });
}

/** The journal entry. @param by milliseconds, negative if set back */
export function describeClockSet(by: number): string {
  const step = `${by < 0 ? 'back' : 'ahead'} by ${(Math.abs(by) / 1000).toFixed(1)} s`;
  return `the clock was set ${step}; timers are not affected`;
}
