import type { HealthEffect } from './event.ts';
import type { Destination, IpvsChange } from '../ipvs/table.ts';
import type { VirtualState } from './state.ts';
import { wantedDestination } from './wanted.ts';

/** Asks the kernel for what has changed at these places of a virtual server, in their order, in every service of it. */
export function settle(virtual: VirtualState, keys: Iterable<string>, effects: HealthEffect[]): void {
  const changes: IpvsChange[] = [];
  for (const key of keys) settleOne(virtual, key, changes);
  if (changes.length > 0) effects.push({ kind: 'ipvs', changes });
}

function settleOne(virtual: VirtualState, key: string, changes: IpvsChange[]): void {
  const before = virtual.installed.get(key);
  const wanted = wantedDestination(virtual, key);
  if (wanted === undefined) {
    if (before === undefined) return;
    virtual.installed.delete(key);
    const { address, port } = before;
    for (const id of virtual.services) changes.push({ kind: 'del-destination', id, address, port });
    return;
  }
  if (before !== undefined && sameDestination(before, wanted)) return;
  virtual.installed.set(key, wanted);
  const kind = before === undefined ? 'new-destination' : 'set-destination';
  for (const id of virtual.services) changes.push({ kind, id, destination: wanted });
}

function sameDestination(a: Destination, b: Destination): boolean {
  return (
    a.weight === b.weight &&
    a.forwarding === b.forwarding &&
    a.upperThreshold === b.upperThreshold &&
    a.lowerThreshold === b.lowerThreshold &&
    JSON.stringify(a.tunnel) === JSON.stringify(b.tunnel)
  );
}
