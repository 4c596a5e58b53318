import { constants } from 'node:os';

/** Collects signals received by Node. */
export class NodeSignals {
  readonly #pending = new Set<number>();

  /** No descriptor is needed, as Node interrupts the wait when a signal arrives. */
  watch(numbers: readonly number[]): undefined {
    for (const [name, number] of Object.entries(constants.signals))
      if (numbers.includes(number) && name !== 'SIGCHLD') process.on(name, () => this.#pending.add(number));
  }

  /** Adds a signal that Node does not deliver. */
  note(name: 'SIGCHLD'): void {
    this.#pending.add(constants.signals[name]);
  }

  take(): readonly number[] {
    const taken = [...this.#pending];
    this.#pending.clear();
    return taken;
  }
}
