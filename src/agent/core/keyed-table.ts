/** The number of items copied per update; about the square root of a few hundred items is optimal. */
const PART = 16;

/**
 * Items by key, in their original order. Persistent: `with` returns a table that shares all unchanged parts, whereas a
 * Map would have to be copied for every advert and every result of a check.
 */
export class KeyedTable<Item> implements ReadonlyMap<string, Item> {
  readonly places: ReadonlyMap<string, number>;
  readonly parts: readonly (readonly Item[])[];

  private constructor(places: ReadonlyMap<string, number>, parts: readonly (readonly Item[])[]) {
    this.places = places;
    this.parts = parts;
  }

  /** Keys must be unique. */
  static of<Item>(items: readonly Item[], keyOf: (item: Item) => string): KeyedTable<Item> {
    const places = new Map(items.map((item, index) => [keyOf(item), index]));
    const parts = Array.from({ length: Math.ceil(items.length / PART) }, (_, index) =>
      items.slice(index * PART, (index + 1) * PART),
    );
    return new KeyedTable(places, parts);
  }

  get size(): number {
    return this.places.size;
  }

  get(key: string): Item | undefined {
    const place = this.places.get(key);
    return place === undefined ? undefined : this.parts[Math.floor(place / PART)]?.[place % PART];
  }

  has(key: string): boolean {
    return this.places.has(key);
  }

  /** Replaces the item with this key; returns this table if there is none. */
  with(key: string, item: Item): KeyedTable<Item> {
    const place = this.places.get(key);
    if (place === undefined) return this;
    const index = Math.floor(place / PART);
    const part = this.parts[index] ?? [];
    return new KeyedTable(this.places, this.parts.with(index, part.with(place % PART, item)));
  }

  keys(): MapIterator<string> {
    return this.places.keys();
  }

  *values(): MapIterator<Item> {
    for (const part of this.parts) yield* part;
  }

  *entries(): MapIterator<[string, Item]> {
    const keys = this.keys();
    for (const item of this.values()) yield [keys.next().value ?? '', item];
  }

  [Symbol.iterator](): MapIterator<[string, Item]> {
    return this.entries();
  }

  forEach(call: (item: Item, key: string, table: ReadonlyMap<string, Item>) => void): void {
    for (const [key, item] of this) call(item, key, this);
  }
}
