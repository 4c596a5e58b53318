import type { Instant } from '../../core/step.ts';
import type { Loop, Timer, Urgency } from './loop-types.ts';

/** The timers of a reducer, keyed by id. */
export class Timers {
  readonly #loop: Loop;
  readonly #fire: (id: string) => void;
  readonly #urgency: Urgency;
  /** Fired timers are kept for reuse: most are set again at once. */
  readonly #set = new Map<string, Timer>();

  constructor(loop: Loop, fire: (id: string) => void, urgency: Urgency = 'ordinary') {
    this.#urgency = urgency;
    this.#loop = loop;
    this.#fire = fire;
  }

  /** Replaces any timer with this id. */
  set(id: string, due: Instant): void {
    const timer = this.#set.get(id);
    if (timer === undefined)
      this.#set.set(
        id,
        this.#loop.at(due, () => this.#fire(id), this.#urgency),
      );
    else timer.move(due);
  }

  cancel(id: string): void {
    this.#set.get(id)?.cancel();
    this.#set.delete(id);
  }

  clear(): void {
    for (const timer of this.#set.values()) timer.cancel();
    this.#set.clear();
  }
}
