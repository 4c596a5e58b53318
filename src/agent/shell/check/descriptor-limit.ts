import type { Sys } from '../sys/sys.ts';
import { call } from '../sys/syscall-numbers.ts';

const RLIMIT_NOFILE = 7;
/** Every pending probe holds a descriptor. */
const WANTED = 65_536n;

/**
 * Raises the descriptor limit from the usual 1024 as far as permitted: a thousand checks a second of unresponsive real
 * servers hold several thousand. Without permission, probes wait for each other.
 */
export function raiseDescriptorLimit(sys: Sys): void {
  const limit = new BigUint64Array(2);
  const bytes = new Uint8Array(limit.buffer);
  if (call(sys, 'prlimit64', 0, RLIMIT_NOFILE, 0, bytes) < 0) return;
  const [soft = 0n, hard = 0n] = limit;
  const wanted = hard < WANTED ? hard : WANTED;
  if (soft >= wanted) return;
  limit[0] = wanted;
  call(sys, 'prlimit64', 0, RLIMIT_NOFILE, bytes, 0);
}
