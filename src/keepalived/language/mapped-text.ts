import type { Position } from '../diagnostic.ts';

/**
 * Text that remembers where each of its characters was written, through parameters and sequences. A `fixed` piece was
 * put in place of `$NAME`: all of it stands where the name stands.
 */
export type MappedText = readonly Piece[];

export interface Piece {
  readonly text: string;
  readonly position: Position;
  readonly fixed: boolean;
}

export interface Word {
  readonly text: string;
  readonly position: Position;
}

export function mapped(text: string, position: Position): MappedText {
  return text === '' ? [] : [{ text, position, fixed: false }];
}

export function textOf(mapped: MappedText): string {
  return mapped.length === 1 ? (mapped[0]?.text ?? '') : mapped.map(({ text }) => text).join('');
}

/** Where the character at `offset` was written; an offset behind the end gives the place behind the last character. */
export function positionAt(mapped: MappedText, offset: number): Position | undefined {
  const [only, second] = mapped;
  if (only !== undefined && second === undefined) return shifted(only, Math.min(offset, only.text.length));
  let start = 0;
  for (const [index, piece] of mapped.entries()) {
    const end = start + piece.text.length;
    if (offset < end || index === mapped.length - 1) return shifted(piece, Math.min(offset, end) - start);
    start = end;
  }
  return undefined;
}

export function slice(mapped: MappedText, from: number, to = Infinity): MappedText {
  const pieces: Piece[] = [];
  let start = 0;
  for (const piece of mapped) {
    const [begin, end] = [Math.max(from - start, 0), Math.min(to - start, piece.text.length)];
    if (begin < end)
      pieces.push({ text: piece.text.slice(begin, end), position: shifted(piece, begin), fixed: piece.fixed });
    start += piece.text.length;
  }
  return pieces;
}

/** The whole text as if it were written at one place. */
export function pinned(text: string, position: Position): MappedText {
  return text === '' ? [] : [{ text, position, fixed: true }];
}

/** White space of the C locale; what else Unicode has is part of a word. */
export function isBlank(char: string): boolean {
  return char === ' ' || (char >= '\t' && char <= '\r' && char !== '');
}

/** Whether there is nothing but white space. */
export function isBlankText(text: string): boolean {
  const { start, end } = boundsWithoutBlanks(text);
  return start === end;
}

function boundsWithoutBlanks(text: string): { readonly start: number; readonly end: number } {
  let end = text.length;
  while (end > 0 && isBlank(text.charAt(end - 1))) end -= 1;
  let start = 0;
  while (start < end && isBlank(text.charAt(start))) start += 1;
  return { start, end };
}

/** Without white space at its ends. */
export function trimmed(mapped: MappedText): MappedText {
  const { start, end } = boundsWithoutBlanks(textOf(mapped));
  return slice(mapped, start, end);
}

function shifted({ position, fixed }: Piece, by: number): Position {
  return fixed || by === 0 ? position : { ...position, column: position.column + by };
}
