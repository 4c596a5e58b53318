import type { CodeRange, CodeSet } from './code-set.ts';
import { WORD } from './named-class.ts';
import { byteClasses, type Instruction, type Program } from './program.ts';
import { type Assertion, type PatternNode, PatternRefusal } from './syntax.ts';
import { utf8Sequences } from './utf8-sequences.ts';

/** A text that keeps all of them busy costs so many steps for each byte. */
const MOST_INSTRUCTIONS = 5_000;

const LINE_ASSERTIONS: ReadonlySet<Assertion> = new Set(['line start', 'any line start', 'last line end', 'line end']);

/** @throws PatternRefusal when the program would be too large */
export function compilePattern(pattern: PatternNode, utf: boolean): Program {
  const compiler = new Compiler(utf);
  return compiler.program(pattern);
}

/** Compiles from the end to the start: each node gets its successor. */
class Compiler {
  readonly #utf: boolean;
  readonly #instructions: Instruction[] = [];
  readonly #sets = new Map<string, CodeSet>();
  readonly #numbers = new Map<string, number>();
  #asksLines = false;
  #asksWords = false;

  constructor(utf: boolean) {
    this.#utf = utf;
  }

  program(pattern: PatternNode): Program {
    const start = this.#node(pattern, this.#emit({ kind: 'match' }));
    const ranges = [...this.#sets.values()].flat();
    if (this.#asksLines) ranges.push([10, 10]);
    if (this.#asksWords) ranges.push(...WORD, [0x80, 0xbf]);
    const classes = byteClasses(ranges);
    return {
      instructions: this.#instructions,
      start,
      classes,
      sets: [...this.#sets.values()].map((set) =>
        Uint8Array.from(classes.samples, (byte) =>
          set.some(([first, last]) => first <= byte && byte <= last) ? 1 : 0,
        ),
      ),
      asksLines: this.#asksLines,
      asksWords: this.#asksWords,
      utf: this.#utf,
    };
  }

  #emit(instruction: Instruction): number {
    if (this.#instructions.length >= MOST_INSTRUCTIONS)
      throw new PatternRefusal(
        'unsupported',
        `its repetitions come to more than ${MOST_INSTRUCTIONS} steps, which is not supported`,
      );
    return this.#instructions.push(instruction) - 1;
  }

  /** @returns where the node begins */
  #node(node: PatternNode, next: number): number {
    switch (node.kind) {
      case 'set':
        return this.#utf ? this.#characters(node.codes, next) : this.#byte(node.codes, next);
      case 'assertion':
        this.#asksLines ||= LINE_ASSERTIONS.has(node.assertion);
        this.#asksWords ||= node.assertion === 'word edge' || node.assertion === 'no word edge';
        return this.#emit({ kind: 'assertion', assertion: node.assertion, next });
      case 'sequence':
        return node.nodes.reduceRight((following, one) => this.#node(one, following), next);
      case 'choice':
        return this.#fork(node.nodes.map((one) => this.#node(one, next)));
      case 'repeat':
        if (node.possessive) throw new PatternRefusal('unsupported', 'possessive quantifier is not supported');
        return this.#repeat(node.node, node.min, node.max, next);
    }
  }

  #repeat(node: PatternNode, min: number, max: number | undefined, next: number): number {
    let entry = next;
    if (max === undefined) entry = this.#loop(node, next);
    else
      for (let count = min; count < max; count += 1) {
        const other = this.#node(node, entry);
        entry = this.#emit({ kind: 'fork', next: other, other: next });
      }
    for (let count = 0; count < min; count += 1) entry = this.#node(node, entry);
    return entry;
  }

  #loop(node: PatternNode, next: number): number {
    const fork: Extract<Instruction, { readonly kind: 'fork' }> = { kind: 'fork', next, other: next };
    const entry = this.#emit(fork);
    fork.other = this.#node(node, entry);
    return entry;
  }

  #fork(entries: readonly number[]): number {
    const [first, ...rest] = entries;
    // No character is in an empty class: it goes nowhere.
    if (first === undefined) return this.#byte([], 0);
    return rest.reduce((other, next) => this.#emit({ kind: 'fork', next, other }), first);
  }

  #byte(set: CodeSet, next: number): number {
    const key = set.join(';');
    let number = this.#numbers.get(key);
    if (number === undefined) {
      number = this.#numbers.size;
      this.#numbers.set(key, number);
      this.#sets.set(key, set);
    }
    return this.#emit({ kind: 'byte', set: number, next });
  }

  /** Sequences with the same end share it. */
  #characters(codes: CodeSet, next: number): number {
    const single: CodeRange[] = [];
    const shared = new Map<string, number>();
    const entries = new Set<number>();
    for (const sequence of utf8Sequences(codes)) {
      const [first] = sequence;
      if (sequence.length === 1 && first !== undefined) {
        single.push(first);
        continue;
      }
      entries.add(
        sequence.reduceRight((following, range) => {
          const key = `${range.join('-')} ${following}`;
          const known = shared.get(key) ?? this.#byte([range], following);
          shared.set(key, known);
          return known;
        }, next),
      );
    }
    if (single.length > 0) entries.add(this.#byte(single, next));
    return this.#fork([...entries]);
  }
}
