import type { Position } from '../diagnostic.ts';
import { type MappedText, isBlankText, pinned, positionAt, slice, textOf } from './mapped-text.ts';

/** The lines of a `$NAME=` definition: one, or those of a body whose lines end in a backslash. */
export interface Definition {
  readonly lines: readonly MappedText[];
  readonly multiline: boolean;
}

/** Built-in definitions for `${_NAME}`, from the file that the line is in. */
export type Builtin = (name: string, args: readonly string[], file: string) => string | undefined;

/** In one line; more is a parameter that has itself in its value. */
const MOST_REPLACED = 1000;

const DEFINITION = /^[ \t]*\$(?<name>[A-Za-z_]\w*)=/;
const REFERENCE = /\$(?:\{(?<braced>[A-Za-z_]\w*)(?<args>(?:[ \t]+\d+)*)[ \t]*\}|(?<bare>[A-Za-z_]\w*)(?=[ \t,)]|$))/g;

/** `$NAME=…`: the name, and where the value begins. */
export function definitionIn(text: string): { readonly name: string; readonly valueAt: number } | undefined {
  const match = DEFINITION.exec(text);
  return match === null ? undefined : { name: match.groups?.['name'] ?? '', valueAt: match[0].length };
}

/** Whether the line continues: its last character other than white space is a backslash. */
export function continues(text: string): boolean {
  return /\\[ \t]*$/.test(text);
}

/** The value without the continuation backslash. */
export function withoutBackslash(line: MappedText): MappedText {
  return slice(line, 0, Math.max(textOf(line).lastIndexOf('\\'), 0));
}

/** What became of a line: itself, or the body of a definition of several lines that stood alone on it. */
export type Replaced =
  | { readonly kind: 'line'; readonly line: MappedText }
  | { readonly kind: 'body'; readonly lines: readonly MappedText[] }
  | { readonly kind: 'mistake'; readonly position: Position; readonly text: string };

/**
 * Puts the values of parameters into a line, also those that come with a value. The body of a definition of several
 * lines is given back as it is: it is read line by line, because a definition in it changes what follows.
 * `spend` is called for each replacement with the new length, and says whether there may be another one.
 */
export function replaceParameters(
  line: MappedText,
  definitions: ReadonlyMap<string, Definition>,
  builtin: Builtin,
  spend: (length: number) => boolean,
): Replaced {
  let current = line;
  let from = 0;
  let left = MOST_REPLACED;
  for (;;) {
    const text = textOf(current);
    REFERENCE.lastIndex = from;
    const match = text.includes('$', from) ? REFERENCE.exec(text) : null;
    const position = match === null ? undefined : positionAt(current, match.index);
    if (match === null || position === undefined) return { kind: 'line', line: current };
    const name = match.groups?.['braced'] ?? match.groups?.['bare'] ?? '';
    const end = match.index + match[0].length;
    const definition = definitions.get(name);
    if (definition?.multiline === true) {
      if (isBlankText(text.slice(0, match.index)) && isBlankText(text.slice(end)))
        return { kind: 'body', lines: definition.lines };
      return { kind: 'mistake', position, text: `$${name} has several lines and must be on a line of its own` };
    }
    const args = words(match.groups?.['args'] ?? '');
    const value =
      definition === undefined
        ? builtin(name, args, position.file)
        : args.length === 0
          ? textOf(definition.lines[0] ?? [])
          : undefined;
    from = value === undefined ? end : match.index;
    if (value === undefined) continue;
    left -= 1;
    if (left < 0 || !spend(text.length + value.length))
      return { kind: 'mistake', position, text: `the value of $${name} contains itself, or is far too long` };
    current = [...slice(current, 0, match.index), ...pinned(value, position), ...slice(current, end)];
  }
}

function words(text: string): readonly string[] {
  return text.split(/[ \t]+/).filter((word) => word !== '');
}
