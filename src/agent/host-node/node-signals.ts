import { constants } from 'node:os';

/** Signals as Node tells them, kept until they are asked for. */
export class NodeSignals {
  readonly #pending = new Set<number>();

  /** Node interrupts our wait when a signal comes, so that there is no descriptor to watch. */
  watch(numbers: readonly number[]): undefined {
    for (const [name, number] of Object.entries(constants.signals))
      if (numbers.includes(number) && name !== 'SIGCHLD') process.on(name, () => this.#pending.add(number));
  }

  /** Says that there is one that Node does not tell of. */
  note(name: 'SIGCHLD'): void {
    this.#pending.add(constants.signals[name]);
  }

  take(): readonly number[] {
    const taken = [...this.#pending];
    this.#pending.clear();
    return taken;
  }
}
