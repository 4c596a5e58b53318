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
/** Seconds since 1970 that nobody waits for: the year 2242. The kernel's own limit is 20 years later. */
const NEVER = 1n << 33n;

/** What a daemon that keeps the time may do without a word, in milliseconds. */
const SMALL = 500;

/**
 * Tells when the time of day is set by more than half a second, and by how many milliseconds (below 0: back). The kernel
 * ends a timer of CLOCK_REALTIME with ECANCELED then (timerfd_create(2)), so that nobody has to look from time to time.
 * Where it makes no such timer, nothing is told.
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

/** The sentence for the journal. @param by milliseconds, below 0 when it was set back */
export function describeClockSet(by: number): string {
  const step = `${by < 0 ? 'back' : 'ahead'} by ${(Math.abs(by) / 1000).toFixed(1)} s`;
  return `the time of day was set ${step}. Deadlines go by another clock: the service goes on as before`;
}
