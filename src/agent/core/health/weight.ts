import type { CheckState, RealState } from './state.ts';

/** The kernel's weights are 31 bits; keepalived stops at 16. */
const LARGEST_WEIGHT = 65_535;

/** The weight of the file with what its checkers add; what would be below 0 is 0, which takes no new connections. */
export function weightOf(weight: number, checks: readonly CheckState[]): number {
  let sum = weight;
  for (const { asked, extra } of checks) sum += extra + (asked === undefined ? 0 : asked - weight);
  return Math.max(0, Math.min(LARGEST_WEIGHT, sum));
}

/** Sets the weight anew, in the sum of its virtual server too. False when it is as it was. */
export function weigh(real: RealState): boolean {
  const weight = weightOf(real.conf.weight, real.checks);
  if (weight === real.weight) return false;
  if (real.alive) real.virtual.liveWeight += weight - real.weight;
  real.weight = weight;
  return true;
}
