import type { Instant } from '../core/step.ts';

/** One deadline in the heap. */
export interface Deadline {
  readonly due: Instant;
  /** Tells deadlines of the same instant apart: first asked, first called. */
  readonly order: number;
  readonly fire: () => void;
  cancelled: boolean;
}

/** Deadlines in a binary heap, the earliest at the top. A cancelled one stays until it comes up. */
export class TimerHeap {
  readonly #entries: Deadline[] = [];
  #order = 0;

  add(due: Instant, fire: () => void): Deadline {
    const entry: Deadline = { due, order: this.#order++, fire, cancelled: false };
    this.#entries.push(entry);
    this.#up(this.#entries.length - 1);
    return entry;
  }

  /** The earliest one that is not cancelled. */
  peek(): Deadline | undefined {
    for (;;) {
      const top = this.#entries[0];
      if (top === undefined || !top.cancelled) return top;
      this.#remove();
    }
  }

  /** Takes out the earliest one when its time has come. */
  take(now: Instant): Deadline | undefined {
    const top = this.peek();
    if (top === undefined || top.due > now) return undefined;
    this.#remove();
    return top;
  }

  #remove(): void {
    const last = this.#entries.pop();
    if (last === undefined || this.#entries.length === 0) return;
    this.#entries[0] = last;
    this.#down(0);
  }

  #up(from: number): void {
    let index = from;
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (!this.#swapUnordered(parent, index)) return;
      index = parent;
    }
  }

  #down(from: number): void {
    let index = from;
    for (;;) {
      const left = 2 * index + 1;
      const child = this.#before(left + 1, left) ? left + 1 : left;
      if (!this.#swapUnordered(index, child)) return;
      index = child;
    }
  }

  /** Puts two in order; false when they were, or when there is no second. */
  #swapUnordered(parent: number, child: number): boolean {
    const [above, below] = [this.#entries[parent], this.#entries[child]];
    if (above === undefined || below === undefined || !this.#before(child, parent)) return false;
    this.#entries[parent] = below;
    this.#entries[child] = above;
    return true;
  }

  #before(a: number, b: number): boolean {
    const [first, second] = [this.#entries[a], this.#entries[b]];
    if (first === undefined || second === undefined) return false;
    return first.due < second.due || (first.due === second.due && first.order < second.order);
  }
}
