import type { Program } from '../../../keepalived/pattern/program.ts';
import type { Assertion } from '../../../keepalived/pattern/syntax.ts';

/** The context before a byte. Contexts that no assertion of the program needs are `OTHER`. */
export const BEFORE = { START: 0, NEWLINE: 1, WORD: 2, OTHER: 3 } as const;

/** Pseudo-byte at the end of the text. */
export const END = -1;

const NEWLINE = 10;
/** `$` before a newline requires it to be the last byte: 1 before the newline, 2 after it. */
const PROMISES = 3;

/** A DFA state: the set of NFA threads. */
export interface State {
  /** Program counter × PROMISES + promise. */
  readonly threads: Int32Array;
  readonly before: number;
  /** Whether a match may also start at the next byte. */
  readonly opens: boolean;
  /** Successors by byte class, filled in lazily. */
  readonly next: (State | undefined)[];
}

/** A state without exits. */
function lastState(): State {
  const next: State[] = [];
  const state: State = { threads: new Int32Array(0), before: BEFORE.OTHER, opens: false, next };
  for (let byteClass = 0; byteClass < 256; byteClass += 1) next.push(state);
  return state;
}

/** A match has been found. */
export const MATCHED = lastState();
/** No match is possible any more. */
export const DEAD = lastState();

/** Size of the state cache, which is cleared when full. */
const MOST_STATES = 1000;
/** Limit of the threads in all cached states. */
const MOST_THREADS = 50_000;

/** A lazily built DFA with a state cache. */
export class Automaton {
  readonly program: Program;
  readonly #states = new Map<string, State>();
  #threads = 0;
  /** Number of the last walk that visited each thread. */
  readonly #visited: Int32Array;
  readonly #reached: Int32Array;
  #walk = 0;
  /** Total number of visited threads, as a measure of work. */
  effort = 0;

  constructor(program: Program) {
    this.program = program;
    this.#visited = new Int32Array(program.instructions.length * PROMISES);
    this.#reached = new Int32Array(program.instructions.length * PROMISES);
  }

  /** The state where a match may start here or later. @param byte the previous one; undefined at the start */
  open(byte: number | undefined): State {
    const before = byte === undefined ? BEFORE.START : this.#before(byte);
    return this.#state([this.program.start * PROMISES], before, true);
  }

  /** The same state, but no further match may start. */
  close(state: State): State {
    return this.#state([...state.threads], state.before, false);
  }

  /** The state after a byte of this class. */
  step(state: State, byteClass: number): State {
    const next = this.#find(state, byteClass);
    state.next[byteClass] = next;
    return next;
  }

  /** Whether there is a match if the text ends here. */
  endsWell(state: State): boolean {
    return state === MATCHED || (state !== DEAD && this.#visit(state, END, []));
  }

  #find(state: State, byteClass: number): State {
    const reached: number[] = [];
    if (this.#visit(state, byteClass, reached)) return MATCHED;
    const start = this.program.start * PROMISES;
    if (state.opens && this.#reached[start] !== this.#walk) reached.push(start);
    if (reached.length === 0) return DEAD;
    return this.#state(reached, this.#before(this.program.classes.samples[byteClass] ?? 0), state.opens);
  }

  /** Follows all transitions without input, then those for this byte. @returns whether a match ends here */
  #visit(state: State, byteClass: number, reached: number[]): boolean {
    const { instructions, sets, classes } = this.program;
    const byte = byteClass === END ? END : (classes.samples[byteClass] ?? 0);
    const walk = (this.#walk += 1);
    const stack = [...state.threads];
    for (let thread = stack.pop(); thread !== undefined; thread = stack.pop()) {
      if (this.#visited[thread] === walk) continue;
      this.#visited[thread] = walk;
      this.effort += 1;
      const promise = thread % PROMISES;
      const place = (thread - promise) / PROMISES;
      const instruction = instructions[place];
      if (instruction === undefined) continue;
      const after = promiseAfter(promise, byte);
      switch (instruction.kind) {
        case 'fork':
          stack.push(instruction.next * PROMISES + promise, instruction.other * PROMISES + promise);
          break;
        case 'assertion': {
          const kept = this.#holds(instruction.assertion, state.before, byte, promise);
          if (kept !== undefined) stack.push(instruction.next * PROMISES + kept);
          break;
        }
        case 'byte':
          if (after !== undefined && byte !== END && sets[instruction.set]?.[byteClass] === 1)
            this.#reach(instruction.next * PROMISES + after, reached);
          break;
        case 'match':
          if (promise === 0) return true;
          if (after === undefined) break;
          if (byte === END) return true;
          this.#reach(thread - promise + after, reached);
      }
    }
    return false;
  }

  #reach(thread: number, reached: number[]): void {
    if (this.#reached[thread] === this.#walk) return;
    this.#reached[thread] = this.#walk;
    reached.push(thread);
  }

  /** The promise after an assertion, or undefined if the assertion fails. */
  #holds(assertion: Assertion, before: number, byte: number, promise: number): number | undefined {
    const isLineEnd = byte === END || byte === NEWLINE;
    switch (assertion) {
      case 'text start':
        return before === BEFORE.START ? promise : undefined;
      case 'line start':
        return before === BEFORE.START || (before === BEFORE.NEWLINE && byte !== END) ? promise : undefined;
      case 'any line start':
        return before === BEFORE.START || before === BEFORE.NEWLINE ? promise : undefined;
      case 'text end':
        return byte === END ? promise : undefined;
      case 'line end':
        return isLineEnd ? promise : undefined;
      case 'last line end':
        if (byte === END) return promise;
        return byte === NEWLINE && promise < 2 ? 1 : undefined;
      case 'word edge':
        return this.#isEdge(byte) && (before === BEFORE.WORD) !== isWord(byte) ? promise : undefined;
      case 'no word edge':
        return this.#isEdge(byte) && (before === BEFORE.WORD) === isWord(byte) ? promise : undefined;
    }
  }

  /** Whether this is a character boundary. */
  #isEdge(byte: number): boolean {
    return !this.program.utf || (byte & 0xc0) !== 0x80 || byte === END;
  }

  #state(threads: readonly number[], before: number, opens: boolean): State {
    const sorted = Int32Array.from(threads).sort();
    this.effort += sorted.length;
    const key = `${opens ? '+' : '-'}${before} ${sorted.join()}`;
    const cached = this.#states.get(key);
    if (cached !== undefined) return cached;
    if (this.#states.size >= MOST_STATES || this.#threads >= MOST_THREADS) {
      for (const state of this.#states.values()) state.next.length = 0;
      this.#states.clear();
      this.#threads = 0;
    }
    const state: State = { threads: sorted, before, opens, next: [] };
    this.#states.set(key, state);
    this.#threads += sorted.length;
    return state;
  }

  #before(byte: number): number {
    if (byte === NEWLINE && this.program.asksLines) return BEFORE.NEWLINE;
    return this.program.asksWords && isWord(byte) ? BEFORE.WORD : BEFORE.OTHER;
  }
}

/** The promise after a byte or at the end, or undefined if it is broken. */
function promiseAfter(promise: number, byte: number): number | undefined {
  if (promise === 0) return 0;
  if (promise === 1) return byte === NEWLINE ? 2 : undefined;
  return byte === END ? 2 : undefined;
}

function isWord(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x5a) || byte === 0x5f || (byte >= 0x61 && byte <= 0x7a)
  );
}
