import type { HealthEffect } from './event.ts';
import { placeKey } from './build.ts';
import { placesOf, settle } from './wanted.ts';
import type { RealState, VirtualState } from './state.ts';
import { tellVirtual } from './notify.ts';

/**
 * Hysteresis makes both gaining and losing harder; a virtual server whose real servers weigh nothing together never
 * keeps its quorum.
 */
export function hasQuorum({ conf, liveWeight, quorumUp }: VirtualState): boolean {
  if (!quorumUp) return liveWeight >= conf.quorum + conf.hysteresis;
  return liveWeight > 0 && liveWeight >= conf.quorum - conf.hysteresis;
}

/**
 * Brings the kernel in line after one real server has changed, and the quorum with it. `tell` is called between the
 * change of the table and what is said of the quorum, as a reader of the FIFO expects cause before consequence.
 */
export function settleReal(real: RealState, effects: HealthEffect[], tell: () => void): void {
  const { virtual } = real;
  const turned = hasQuorum(virtual) !== virtual.quorumUp;
  if (turned) virtual.quorumUp = !virtual.quorumUp;
  settle(virtual, turned ? placesInOrder(real) : [real.key], effects);
  tell();
  if (turned) tellVirtual(virtual, effects);
}

/** With a sorry server, what comes is added before what goes is taken away: no moment without a destination. */
function placesInOrder({ key: own, virtual }: RealState): readonly string[] {
  const sorry = virtual.conf.sorry_server;
  if (sorry === undefined) return [own];
  const key = placeKey(sorry);
  const others = placesOf(virtual).filter((place) => place !== key);
  return virtual.quorumUp ? [...others, key] : [key, ...others];
}
