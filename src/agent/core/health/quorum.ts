import type { HealthEffect } from './event.ts';
import { placeKey } from './build.ts';
import { placesOf, settle } from './wanted.ts';
import type { RealState, VirtualState } from './state.ts';
import { reportVirtual } from './notify.ts';

/**
 * Hysteresis applies to both gaining and losing quorum. A virtual server whose real servers have a total weight of 0
 * never keeps its quorum.
 */
export function hasQuorum({ conf, liveWeight, quorumUp }: VirtualState): boolean {
  if (!quorumUp) return liveWeight >= conf.quorum + conf.hysteresis;
  return liveWeight > 0 && liveWeight >= conf.quorum - conf.hysteresis;
}

/**
 * Updates the kernel table and the quorum after a change of one real server. `report` is called after the table change
 * and before the quorum is reported, because FIFO readers expect cause before consequence.
 */
export function updateReal(real: RealState, effects: HealthEffect[], report: () => void): void {
  const { virtual } = real;
  const turned = hasQuorum(virtual) !== virtual.quorumUp;
  if (turned) virtual.quorumUp = !virtual.quorumUp;
  settle(virtual, turned ? placesInOrder(real) : [real.key], effects);
  report();
  if (turned) reportVirtual(virtual, effects);
}

/** Orders additions before removals when the sorry server takes over or stands down, so that one is always present. */
function placesInOrder({ key: own, virtual }: RealState): readonly string[] {
  const sorry = virtual.conf.sorry_server;
  if (sorry === undefined) return [own];
  const key = placeKey(sorry);
  const others = placesOf(virtual).filter((place) => place !== key);
  return virtual.quorumUp ? [...others, key] : [key, ...others];
}
