import type { Instant } from '../../core/step.ts';
import type { Timer } from './loop-types.ts';

/** A deadline. Everything except `cancel` and `move` is internal to the heap and the loop. */
export class Deadline implements Timer {
  readonly fire: () => void;
  readonly #heap: TimerHeap;
  cancelled = false;
  due: Instant;
  /** Orders deadlines with the same instant: first set, first called. */
  order: number;
  /** The sort key: `due` and `order`, or earlier values that it was inserted with. */
  key: Instant;
  keyOrder: number;
  /** Its position; -1 outside the heap. */
  index = -1;

  constructor(heap: TimerHeap, due: Instant, order: number, fire: () => void) {
    this.#heap = heap;
    this.fire = fire;
    this.due = due;
    this.order = order;
    this.key = due;
    this.keyOrder = order;
  }

  cancel(): void {
    this.cancelled = true;
  }

  move(due: Instant): void {
    this.#heap.move(this, due);
  }
}

/**
 * A binary heap with the earliest deadline at the top. Cancelled deadlines stay until they reach the top. A postponed
 * one, as a backup's is with every advert, is also only moved then, so that postponing is free.
 */
export class TimerHeap {
  readonly #entries: Deadline[] = [];
  #order = 0;

  add(due: Instant, fire: () => void): Deadline {
    const entry = new Deadline(this, due, this.#order++, fire);
    this.#push(entry);
    return entry;
  }

  /** Reschedules a deadline of this heap, even if it was taken or cancelled. */
  move(entry: Deadline, due: Instant): void {
    entry.due = due;
    entry.order = this.#order++;
    entry.cancelled = false;
    if (entry.index < 0) this.#push(entry);
    else if (due < entry.key) this.#up(this.#sorted(entry), entry.index);
  }

  /** Whether the deadline is in the heap, cancelled or not. */
  holds(deadline: Deadline): boolean {
    return deadline.index >= 0;
  }

  /** The `order` of the next deadline that is set or moved. */
  get nextOrder(): number {
    return this.#order;
  }

  /** Number of deadlines, including cancelled ones. */
  get size(): number {
    return this.#entries.length;
  }

  /** The earliest deadline that is not cancelled. */
  peek(): Deadline | undefined {
    for (;;) {
      const top = this.#entries[0];
      if (top === undefined) return undefined;
      if (top.cancelled) this.#remove(top);
      else if (top.keyOrder === top.order) return top;
      else this.#down(this.#sorted(top), 0);
    }
  }

  /** Removes and returns the earliest deadline if it is due. */
  take(now: Instant): Deadline | undefined {
    const top = this.peek();
    if (top === undefined || top.due > now) return undefined;
    this.#remove(top);
    return top;
  }

  #sorted(entry: Deadline): Deadline {
    entry.key = entry.due;
    entry.keyOrder = entry.order;
    return entry;
  }

  #push(entry: Deadline): void {
    this.#entries.push(this.#sorted(entry));
    this.#up(entry, this.#entries.length - 1);
  }

  /** @param top at index 0 */
  #remove(top: Deadline): void {
    top.index = -1;
    const last = this.#entries.pop();
    if (last !== undefined && last !== top) this.#down(last, 0);
  }

  #up(entry: Deadline, from: number): void {
    let index = from;
    while (index > 0) {
      const above = (index - 1) >> 1;
      const parent = this.#entries[above];
      if (parent === undefined || !isBefore(entry, parent)) break;
      this.#put(parent, index);
      index = above;
    }
    this.#put(entry, index);
  }

  #down(entry: Deadline, from: number): void {
    let index = from;
    for (;;) {
      const below = 2 * index + 1;
      const left = this.#entries[below];
      if (left === undefined) break;
      const right = this.#entries[below + 1];
      const isRight = right !== undefined && isBefore(right, left);
      const child = isRight ? right : left;
      if (!isBefore(child, entry)) break;
      this.#put(child, index);
      index = isRight ? below + 1 : below;
    }
    this.#put(entry, index);
  }

  #put(entry: Deadline, index: number): void {
    this.#entries[index] = entry;
    entry.index = index;
  }
}

function isBefore(a: Deadline, b: Deadline): boolean {
  return a.key < b.key || (a.key === b.key && a.keyOrder < b.keyOrder);
}
