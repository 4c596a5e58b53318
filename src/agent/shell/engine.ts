import { initialMachine, type MachineEffect, type MachineEvent, type MachineState, stepMachine } from './machine.ts';

export interface EngineHost {
  /** Does one thing in the world. */
  readonly perform: (effect: MachineEffect) => void;
  /** The event as the cores get it: a recorder writes it down here. */
  readonly taken: (event: MachineEvent) => MachineEvent;
  /** After all that came of an event. */
  readonly done: (effects: readonly MachineEffect[]) => void;
  /** Gets what was thrown: a mistake in the program. */
  readonly mistake: (error: unknown) => void;
}

/** Feeds the cores one event after the other; what an effect causes comes after the effects that are under way. */
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

  /** An event that a core cannot take is lost, and the agent goes on with the state that it had. */
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
