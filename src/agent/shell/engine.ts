import { initialMachine, type MachineEffect, type MachineEvent, type MachineState, stepMachine } from './machine.ts';

export interface EngineHost {
  /** Performs one effect. */
  readonly perform: (effect: MachineEffect) => void;
  /** Records an event. @returns the event for the cores */
  readonly taken: (event: MachineEvent) => MachineEvent;
  /** Called after all effects of an event. */
  readonly done: (effects: readonly MachineEffect[]) => void;
  /** Receives exceptions, which are programming errors. */
  readonly mistake: (error: unknown) => void;
}

/** Feeds events to the cores one at a time; events caused by effects are queued. */
export class Engine {
  readonly #host: EngineHost;
  readonly #waiting: MachineEvent[] = [];
  #busy = false;
  #state = initialMachine();

  constructor(host: EngineHost) {
    this.#host = host;
  }

  get state(): MachineState {
    return this.#state;
  }

  feed(event: MachineEvent): void {
    if (this.#busy) {
      this.#waiting.push(event);
      return;
    }
    this.#busy = true;
    try {
      for (let next: MachineEvent | undefined = event; next !== undefined; next = this.#waiting.shift())
        this.#take(next);
    } finally {
      this.#busy = false;
    }
  }

  #take(event: MachineEvent): void {
    const taken = this.#host.taken(event);
    const effects = this.#step(taken);
    for (const effect of effects) this.#perform(effect);
    try {
      this.#host.done(effects);
    } catch (error) {
      this.#host.mistake(error);
    }
  }

  /** If a core throws, the event is dropped and the state stays unchanged. */
  #step(event: MachineEvent): readonly MachineEffect[] {
    try {
      const { state, effects } = stepMachine(this.#state, event);
      this.#state = state;
      return effects;
    } catch (error) {
      this.#host.mistake(error);
      return [];
    }
  }

  #perform(effect: MachineEffect): void {
    try {
      this.#host.perform(effect);
    } catch (error) {
      this.#host.mistake(error);
    }
  }
}
