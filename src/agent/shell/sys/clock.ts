import type { Instant } from '../../core/step.ts';
import type { Sys } from './sys.ts';
import { call } from './syscall-numbers.ts';

const CLOCK_REALTIME = 0;
const CLOCK_MONOTONIC = 1;

/** CLOCK_MONOTONIC, in milliseconds with fractions. */
export function monotonic(sys: Sys): Instant {
  return read(sys, CLOCK_MONOTONIC);
}

/** Wall-clock time in milliseconds since 1970, for display only, never for deadlines. */
export function timeOfDay(sys: Sys): number {
  return read(sys, CLOCK_REALTIME);
}

/** struct timespec: 64-bit seconds and nanoseconds. Reused, as it is read several times per round. */
const timespec = new Uint32Array(4);
const timespecBytes = new Uint8Array(timespec.buffer);

function read(sys: Sys, clock: number): number {
  call(sys, 'clock_gettime', clock, timespecBytes);
  const seconds = (timespec[0] ?? 0) + (timespec[1] ?? 0) * 0x100000000;
  return seconds * 1000 + (timespec[2] ?? 0) / 1e6;
}
