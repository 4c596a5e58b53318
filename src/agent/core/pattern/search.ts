import { type Automaton, DEAD, MATCHED, type State } from './automaton.ts';

/** Where a match may start: byte offsets, inclusive. */
export interface Window {
  readonly min: number;
  readonly max: number | undefined;
}

/** A search in progress, as an immutable value: `searchOn` returns the next one. */
export interface Search {
  /** Number of bytes processed. */
  readonly position: number;
  /** Undefined before the window. */
  readonly state: State | undefined;
  /** Number of steps spent on building states. */
  readonly effort: number;
}

export function beginSearch(automaton: Automaton, { min }: Window): Search {
  return { position: 0, state: min === 0 ? automaton.open(undefined) : undefined, effort: 0 };
}

/**
 * Searches the next bytes of a text for at most `steps`. A byte is one step, and so is each thread visited to build a
 * new state.
 * @returns the search and the number of bytes processed
 */
export function searchOn(
  automaton: Automaton,
  search: Search,
  bytes: Uint8Array,
  { min, max = Infinity }: Window,
  steps: number,
): { readonly search: Search; readonly read: number } {
  const { of } = automaton.program.classes;
  const before = automaton.effort;
  let { position, state } = search;
  let at = 0;
  while (at < bytes.length && at + automaton.effort - before < steps) {
    if (state === MATCHED || state === DEAD) {
      position += bytes.length - at;
      at = bytes.length;
    } else if (state === undefined) {
      const skipped = Math.min(min - position, bytes.length - at);
      at += skipped;
      position += skipped;
      if (position === min) state = automaton.open(bytes[at - 1]);
    } else if (state.opens && position >= max) state = automaton.close(state);
    else {
      const left = steps - at - (automaton.effort - before);
      const end = Math.min(bytes.length, at + left, state.opens ? at + max - position : Infinity);
      const from = at;
      let next: State | undefined = state;
      // The hot loop.
      while (at < end && (next = state.next[of[bytes[at] ?? 0] ?? 0]) !== undefined) {
        state = next;
        at += 1;
      }
      if (at < end) {
        state = automaton.step(state, of[bytes[at] ?? 0] ?? 0);
        at += 1;
      }
      position += at - from;
    }
  }
  return { search: { position, state, effort: search.effort + automaton.effort - before }, read: at };
}

/** Whether there was a match, once the text has ended. */
export function endSearch(automaton: Automaton, { state }: Search): boolean {
  return state !== undefined && automaton.endsWell(state);
}
