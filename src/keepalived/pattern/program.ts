import type { CodeRange } from './code-set.ts';
import type { Assertion } from './syntax.ts';

/** One step of a program. `next` and `other` are places in it. */
export type Instruction =
  /** Takes a byte of a set, by its number in `Program.sets`. */
  | { readonly kind: 'byte'; readonly set: number; readonly next: number }
  | { readonly kind: 'assertion'; readonly assertion: Assertion; readonly next: number }
  /** Goes on at both. */
  | { readonly kind: 'fork'; next: number; other: number }
  | { readonly kind: 'match' };

/** What a pattern comes to: a machine that is in many places at once, and reads each byte once. */
export interface Program {
  readonly instructions: readonly Instruction[];
  readonly start: number;
  /** Bytes that no set distinguishes share one class. */
  readonly classes: ByteClasses;
  /** For each set and class: whether it is in. */
  readonly sets: readonly Uint8Array[];
  readonly asksLines: boolean;
  readonly asksWords: boolean;
  /** Texts are UTF-8. */
  readonly utf: boolean;
}

export interface ByteClasses {
  /** The class of each byte. */
  readonly of: Uint8Array;
  readonly count: number;
  /** A byte of each class. */
  readonly samples: readonly number[];
}

/** @param ranges those of all sets */
export function byteClasses(ranges: readonly CodeRange[]): ByteClasses {
  const starts = new Uint8Array(257);
  for (const [first, last] of ranges) {
    starts[first] = 1;
    starts[last + 1] = 1;
  }
  const of = new Uint8Array(256);
  const samples = [0];
  for (let byte = 1; byte < 256; byte += 1) {
    if (starts[byte] === 1) samples.push(byte);
    of[byte] = samples.length - 1;
  }
  return { of, count: samples.length, samples };
}
