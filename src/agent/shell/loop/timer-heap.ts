import type { Instant } from '../../core/step.ts';
import type { Timer } from './loop-types.ts';

/** One deadline in a heap, or one that was there. All but `cancel` and `move` is the heap's and its loop's. */
export class Deadline implements Timer {
  readonly fire: () => void;
  readonly #heap: TimerHeap;
  cancelled = false;
  due: Instant;
  /** Tells deadlines of the same instant apart: first asked, first called. */
  order: number;
  /** Where it lies in the heap by: `due` and `order`, or earlier ones that it was put there with. */
  key: Instant;
  keyOrder: number;
  /** Where it is; -1 outside of the heap. */
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
 * Deadlines in a binary heap, the earliest at the top. A cancelled one stays until it comes up. One that is put off, as
 * a backup's is with each advert, stays where it is and finds its new place when it comes up: putting it off costs nothing.
 */
export class TimerHeap {
  readonly #entries: Deadline[] = [];
  #order = 0;

  add(due: Instant, fire: () => void): Deadline {
    const entry = new Deadline(this, due, this.#order++, fire);
    this.#push(entry);
    return entry;
  }

  /** Gives a deadline of this heap another time, also one that was taken out or cancelled. */
  move(entry: Deadline, due: Instant): void {
    entry.due = due;
    entry.order = this.#order++;
    entry.cancelled = false;
    if (entry.index < 0) this.#push(entry);
    else if (due < entry.key) this.#up(this.#sorted(entry), entry.index);
  }

  /** Whether it waits for its time, cancelled or not. */
  holds(deadline: Deadline): boolean {
    return deadline.index >= 0;
  }

  /** What the next deadline that is set or moved will have as its `order`. */
  get nextOrder(): number {
    return this.#order;
  }

  /** How many are in the heap, cancelled ones too. */
  get size(): number {
    return this.#entries.length;
  }

  /** The earliest one that is not cancelled. */
  peek(): Deadline | undefined {
    for (;;) {
      const top = this.#entries[0];
      if (top === undefined) return undefined;
      if (top.cancelled) this.#remove(top);
      else if (top.keyOrder === top.order) return top;
      else this.#down(this.#sorted(top), 0);
    }
  }

  /** Takes out the earliest one when its time has come. */
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
