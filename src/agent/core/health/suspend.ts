import type { HealthEffect, HealthEvent } from './event.ts';
import { rest, scheduleFirst } from './schedule.ts';
import type { HealthState, VirtualState } from './state.ts';

type AddressEvent = Extract<HealthEvent, { kind: 'address' }>;

/** ha_suspend: checkers rest while none of the addresses of their virtual server is on this host. */
export function hearAddress(state: HealthState, event: AddressEvent, effects: HealthEffect[]): void {
  if (event.present) state.present.add(event.address);
  else state.present.delete(event.address);
  for (const virtual of state.virtuals.values()) if (virtual.conf.ha_suspend) attend(state, virtual, event.at, effects);
}

/** Lets the checkers of a virtual server run or rest, as its addresses want it; real servers stay as they are. */
export function attend(state: HealthState, virtual: VirtualState, at: number, effects: HealthEffect[]): void {
  const resting = isSuspended(state, virtual);
  for (const real of virtual.reals.values())
    for (const check of real.checks) {
      if (resting) rest(check, effects);
      else if (check.activity === 'resting') scheduleFirst(state, check, at, effects);
    }
}

/** A firewall mark has no address: its checkers never rest. */
function isSuspended(state: HealthState, { conf, services }: VirtualState): boolean {
  if (!conf.ha_suspend) return false;
  return !services.some((id) => id.kind === 'fwmark' || state.present.has(id.address));
}
