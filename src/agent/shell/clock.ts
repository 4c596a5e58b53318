import { ByteReader } from '../core/bytes/byte-reader.ts';
import type { Instant } from '../core/step.ts';
import type { Sys } from './sys.ts';
import { call } from './syscall-numbers.ts';

const CLOCK_REALTIME = 0;
const CLOCK_MONOTONIC = 1;

/** CLOCK_MONOTONIC, in milliseconds with fractions. */
export function monotonic(sys: Sys): Instant {
  return read(sys, CLOCK_MONOTONIC);
}

/** The time of day, in milliseconds since 1970: for what people read, never for deadlines. */
export function timeOfDay(sys: Sys): number {
  return read(sys, CLOCK_REALTIME);
}

function read(sys: Sys, clock: number): number {
  const timespec = new Uint8Array(16);
  call(sys, 'clock_gettime', clock, timespec);
  const reader = new ByteReader(timespec);
  const seconds = reader.u32le() + reader.u32le() * 0x100000000;
  return seconds * 1000 + reader.u32le() / 1e6;
}
