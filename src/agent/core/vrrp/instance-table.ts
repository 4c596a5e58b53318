import type { Instance } from './state.ts';

/** As many as are copied when one changes; the square root of some hundred instances is about the best. */
const PART = 16;

/**
 * The instances by their names, in the order of the configuration. Nothing in it is ever written to: `with` gives another
 * table, which shares with this one all but the part that has changed, where another Map would be copied whole with
 * each advert.
 */
export class InstanceTable implements ReadonlyMap<string, Instance> {
  readonly places: ReadonlyMap<string, number>;
  readonly parts: readonly (readonly Instance[])[];

  private constructor(places: ReadonlyMap<string, number>, parts: readonly (readonly Instance[])[]) {
    this.places = places;
    this.parts = parts;
  }

  /** By their names, which differ. */
  static of(instances: readonly Instance[]): InstanceTable {
    const places = new Map(instances.map(({ conf }, index) => [conf.name, index]));
    const parts = Array.from({ length: Math.ceil(instances.length / PART) }, (_, index) =>
      instances.slice(index * PART, (index + 1) * PART),
    );
    return new InstanceTable(places, parts);
  }

  get size(): number {
    return this.places.size;
  }

  get(name: string): Instance | undefined {
    const place = this.places.get(name);
    return place === undefined ? undefined : this.parts[Math.floor(place / PART)]?.[place % PART];
  }

  has(name: string): boolean {
    return this.places.has(name);
  }

  /** With another instance in the place of the one of the same name; the same table when there is none. */
  with(instance: Instance): InstanceTable {
    const place = this.places.get(instance.conf.name);
    if (place === undefined) return this;
    const index = Math.floor(place / PART);
    const part = this.parts[index] ?? [];
    return new InstanceTable(this.places, this.parts.with(index, part.with(place % PART, instance)));
  }

  keys(): MapIterator<string> {
    return this.places.keys();
  }

  *values(): MapIterator<Instance> {
    for (const part of this.parts) yield* part;
  }

  *entries(): MapIterator<[string, Instance]> {
    for (const instance of this.values()) yield [instance.conf.name, instance];
  }

  [Symbol.iterator](): MapIterator<[string, Instance]> {
    return this.entries();
  }

  forEach(call: (instance: Instance, name: string, table: ReadonlyMap<string, Instance>) => void): void {
    for (const [name, instance] of this) call(instance, name, this);
  }
}
