import type { Journal, Level } from './journal.ts';

/** What is wrong now and goes on being wrong is said once, and again when it was well in between. */
export class Complaints {
  readonly #journal: Journal;
  readonly #open = new Map<string, string>();

  constructor(journal: Journal) {
    this.#journal = journal;
  }

  /** @param key of the thing that is ill; a new text for it is said again */
  raise(key: string, text: string, level: Level = 'error'): void {
    if (this.#open.get(key) === text) return;
    this.#open.set(key, text);
    this.#journal.log(level, text);
  }

  /** Whether nothing is wrong, as nearly always. */
  get none(): boolean {
    return this.#open.size === 0;
  }

  /** It is well. @param over a sentence for the journal, where somebody may wait to read it */
  settle(key: string, over?: string): void {
    if (this.#open.delete(key) && over !== undefined) this.#journal.log('notice', over);
  }

  /** The cause of all these is gone, or nobody knows any more whether it is. */
  settleEach(isOver: (key: string) => boolean): void {
    for (const key of this.#open.keys()) if (isOver(key)) this.settle(key);
  }

  /** All that is wrong now, for the status. */
  list(): readonly string[] {
    return [...this.#open.values()];
  }
}
