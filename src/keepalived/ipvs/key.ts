import type { Destination, ServiceId } from './table.ts';

/** Two services are the same to the kernel when their keys are. */
export function serviceKey(id: ServiceId): string {
  return id.kind === 'fwmark' ? `fwmark ${id.family} ${id.fwmark}` : `${id.protocol} ${id.address} ${id.port}`;
}

/** Two destinations of one service are the same to the kernel when their keys are. */
export function destinationKey(destination: Pick<Destination, 'address' | 'port'>): string {
  return `${destination.address} ${destination.port}`;
}

/** By their keys, in their order; of several with one key the first. */
export function firstByKey<T>(items: readonly T[], key: (item: T) => string): ReadonlyMap<string, T> {
  const map = new Map<string, T>();
  for (const item of items) if (!map.has(key(item))) map.set(key(item), item);
  return map;
}
