import type { HealthEffect } from './event.ts';
import { placeKey } from './build.ts';
import { placesOf, settle } from './wanted.ts';
import type { VirtualState, VirtualStep } from './state.ts';
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
 * Updates the kernel table and the quorum after a change of the real server with this key. Its report follows the table
 * change and precedes that of the quorum, because FIFO readers expect cause before consequence.
 */
export function updateReal(virtual: VirtualState, key: string, report: readonly HealthEffect[]): VirtualStep {
  const quorumUp = hasQuorum(virtual);
  if (quorumUp === virtual.quorumUp) {
    const { state, effects } = settle(virtual, [key]);
    return { state, effects: [...effects, ...report] };
  }
  const turned = { ...virtual, quorumUp };
  const { state, effects } = settle(turned, placesInOrder(turned, key));
  return { state, effects: [...effects, ...report, ...reportVirtual(state)] };
}

/** Orders additions before removals when the sorry server takes over or stands down, so that one is always present. */
function placesInOrder(virtual: VirtualState, own: string): readonly string[] {
  const sorry = virtual.conf.sorry_server;
  if (sorry === undefined) return [own];
  const key = placeKey(sorry);
  const others = placesOf(virtual).filter((place) => place !== key);
  return virtual.quorumUp ? [...others, key] : [key, ...others];
}
