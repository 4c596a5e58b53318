import { onAbort } from './on-abort.ts';

/** How many may go on at the same time. What is over the limit waits in the order in which it came. */
export class Slots {
  readonly #waiting: (() => void)[] = [];
  #limit: number;
  #taken = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get taken(): number {
    return this.#taken;
  }

  /** Waits for a slot. @throws the signal's reason when it aborts first; no slot is taken then. */
  async take(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (this.#taken < this.#limit) {
      this.#taken += 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const go = (): void => {
        forget();
        this.#taken += 1;
        resolve();
      };
      const stop = (): void => {
        this.#waiting.splice(this.#waiting.indexOf(go), 1);
        reject(signal.reason as Error);
      };
      this.#waiting.push(go);
      const forget = onAbort(signal, stop);
    });
  }

  give(): void {
    this.#taken -= 1;
    if (this.#taken < this.#limit) this.#waiting.shift()?.();
  }

  /** The other side takes fewer than was thought: from now on no more than those that it has, and at least one. */
  lower(limit: number): void {
    this.#limit = Math.max(1, Math.min(this.#limit, limit));
  }
}
