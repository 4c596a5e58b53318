import type { Level } from '../../core/messages/log.ts';
import type { Journal } from './journal.ts';

/** Persistent problems: each is logged once until it is resolved. */
export class Complaints {
  readonly #journal: Journal;
  readonly #open = new Map<string, string>();

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** @param key identifies the problem; a changed text is logged again */
  raise(key: string, text: string, level: Level = 'error'): void {
    if (this.#open.get(key) === text) return;
    this.#open.set(key, text);
    this.#journal.log(level, text);
  }

  /** Whether there are no problems, for a fast path. */
  get none(): boolean {
    return this.#open.size === 0;
  }

  /** Resolves a problem. @param over logged if it was open */
  settle(key: string, over?: string): void {
    if (this.#open.delete(key) && over !== undefined) this.#journal.log('notice', over);
  }

  /** Resolves all problems with a matching key. */
  settleEach(isOver: (key: string) => boolean): void {
    for (const key of this.#open.keys()) if (isOver(key)) this.settle(key);
  }

  /** All open problems, for the status. */
  list(): readonly string[] {
    return [...this.#open.values()];
  }
}
