import type { Position } from '../diagnostic.ts';
import type { Reporter } from '../reporter.ts';
import type { ConfEnv, ConfFile, ConfSource } from '../source.ts';
import { builtinsOf, configIdOf } from './builtins.ts';
import {
  type Definition,
  type Replaced,
  continues,
  definitionIn,
  replaceParameters,
  withoutBackslash,
} from './definitions.ts';
import { type IncludeCheck, NO_CHECKS, checksOf, checksOfKeyword, includeIn, mayBeAbsent } from './include.ts';
import { type MappedText, isBlankText, mapped, pinned, positionAt, slice, textOf, trimmed } from './mapped-text.ts';
import { sequenceIn, valuesAt } from './sequence.ts';
import { commentAt, plainWords } from './split-words.ts';

/** A configuration beyond these limits is a mistake, or an attempt to exhaust memory. */
export const MOST_LINES = 100_000;
const MOST_READ = 250_000;
const MOST_CHARACTERS = 16_000_000;
const LONGEST_LINE = 65_536;
/** keepalived reads this much of a line at once, and takes what follows for the next line. */
const LONGEST_READ = 1023;
const DEEPEST = 64;
const MOST_OPEN = 32;

interface Reading {
  readonly source: ConfSource;
  readonly env: ConfEnv;
  readonly say: Reporter;
  readonly lines: MappedText[];
  readonly files: Set<string>;
  readonly definitions: Map<string, Definition>;
  /** Files that are open, the innermost last. */
  readonly open: string[];
  checks: IncludeCheck;
  characters: number;
  /** Lines, with those that parameters and sequences came to on the way. */
  read: number;
  /** Set by whatever ends the reading: an include that had to be there, or too much of anything. */
  stopped: boolean;
}

/** All lines of a configuration with includes, conditions, parameters and sequences worked out. */
export function readLines(
  source: ConfSource,
  env: ConfEnv,
  say: Reporter,
): { readonly lines: readonly MappedText[]; readonly files: readonly string[]; readonly complete: boolean } {
  const reading: Reading = {
    source,
    env,
    say,
    lines: [],
    files: new Set(),
    definitions: new Map(),
    open: [],
    checks: NO_CHECKS,
    characters: 0,
    read: 0,
    stopped: false,
  };
  const start = { file: source.main, line: 1, column: 1 };
  const [file] = source.read(source.main, source.main);
  if (file === undefined || 'why' in file) {
    const text = `cannot read the configuration: ${file?.why ?? 'there is none'}`;
    say.report({ severity: 'error', position: start, text, hint: 'use -f for another file', exit: 4 });
    reading.stopped = true;
  } else readFile(reading, file, start);
  return { lines: reading.lines, files: [...reading.files], complete: !reading.stopped };
}

interface PhysicalLine {
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

/** The lines of a file, one at a time; a very long one in parts, without the carriage returns at its end. */
function* physicalLines(text: string): Generator<PhysicalLine> {
  let line = 1;
  let start = 0;
  let column = 1;
  while (start < text.length) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    const cut = Math.min(end, start + LONGEST_READ);
    let stop = cut;
    // In C a line ends at a NUL.
    const nul = text.slice(start, stop).indexOf('\0');
    if (nul >= 0) stop = start + nul;
    while (stop > start && text.charAt(stop - 1) === '\r') stop -= 1;
    yield { text: text.slice(start, stop), line, column };
    if (cut < end) {
      start = cut;
      column += LONGEST_READ;
    } else {
      start = end + 1;
      line += 1;
      column = 1;
    }
  }
}

function readFile(reading: Reading, file: ConfFile, from: Position): void {
  if (reading.open.includes(file.name)) {
    reading.say.error(from, `${file.name} includes itself`, 'remove one of the includes');
    return;
  }
  reading.files.add(file.name);
  reading.open.push(file.name);
  const { checks } = reading;
  const end = { file: file.name, line: 1, column: 1 };
  let defining: { readonly name: string | undefined; readonly lines: MappedText[] } | undefined;
  for (const { text, line: number, column } of physicalLines(file.text)) {
    if (reading.stopped) break;
    end.line = number;
    const line = mapped(text, { file: file.name, line: number, column });
    if (defining === undefined) defining = continues(text) ? beginDefinition(reading, line) : undefined;
    else defining.lines.push(continues(text) ? withoutBackslash(line) : line);
    if (defining === undefined) readLine(reading, line, 0);
    else if (!continues(text)) {
      if (defining.name !== undefined)
        reading.definitions.set(defining.name, { lines: defining.lines, multiline: true });
      defining = undefined;
    }
  }
  if (defining !== undefined && !reading.stopped)
    reading.say.error(end, `unterminated definition of $${defining.name ?? ''}: its last line ends in a backslash`);
  reading.checks = checks;
  reading.open.pop();
}

/** `$NAME= \`: the name is undefined when a condition leaves the definition out. */
function beginDefinition(
  reading: Reading,
  line: MappedText,
): { readonly name: string | undefined; readonly lines: MappedText[] } | undefined {
  const condition = conditionIn(textOf(line), reading.env);
  const definition = definitionIn(textOf(line).slice(condition.restAt));
  if (definition === undefined) return undefined;
  const first = trimmed(slice(withoutBackslash(line), condition.restAt + definition.valueAt));
  return { name: condition.holds ? definition.name : undefined, lines: first.length === 0 ? [] : [first] };
}

/** One line, or what a parameter or a sequence makes of it. */
function readLine(reading: Reading, line: MappedText, depth: number, conditioned = false): void {
  const start = positionAt(line, 0);
  if (start === undefined || reading.stopped) return;
  reading.read += 1;
  if (reading.read > MOST_READ) return tooMuch(reading, start, 'parameters and sequences make far too many lines');
  if (depth > DEEPEST) return tooMuch(reading, start, `parameters and sequences are nested deeper than ${DEEPEST}`);
  const text = textOf(line);
  const condition = conditioned ? NO_CONDITION : conditionIn(text, reading.env);
  if (!condition.holds) return;
  if (condition.restAt > 0) return readLine(reading, slice(line, condition.restAt), depth + 1, true);
  const definition = definitionIn(text);
  if (definition !== undefined) {
    const value = trimmed(slice(line, definition.valueAt));
    reading.definitions.set(definition.name, { lines: [value], multiline: false });
    return;
  }
  const shown = slice(line, 0, commentAt(text));
  if (/^[ \t]*~(?:SEQ|LST)/.test(text)) return readSequence(reading, shown, start, depth);
  const replaced = replacedIn(reading, shown);
  if (replaced.kind === 'mistake') return reading.say.fatal(replaced.position, replaced.text);
  if (replaced.kind === 'body') {
    for (const part of replaced.lines) readLine(reading, part, depth + 1);
    return;
  }
  const result = textOf(replaced.line);
  if (result !== textOf(shown) && /^[ \t]*[@~]/.test(result))
    return readLine(reading, replaced.line, depth + 1, conditioned);
  const kept = slice(replaced.line, 0, commentAt(result));
  const include = includeIn(textOf(trimmed(kept)));
  if (include !== undefined) readInclude(reading, include, start);
  else if (!isBlankText(textOf(kept))) keep(reading, kept, start);
}

/** The rest of the line once for each round; only the numbers of ~SEQ are replaced before. */
function readSequence(reading: Reading, line: MappedText, start: Position, depth: number): void {
  const at = valuesAt(textOf(line));
  const close = at === undefined ? -1 : textOf(line).indexOf(')', at);
  const values = at === undefined || close < 0 ? undefined : replacedIn(reading, slice(line, at, close + 1));
  if (values !== undefined && values.kind !== 'line')
    return reading.say.error(start, 'a sequence needs single-line values in its parentheses');
  const whole = values === undefined ? line : [...slice(line, 0, at), ...values.line, ...slice(line, close + 1)];
  const sequence = sequenceIn(textOf(whole));
  if (typeof sequence === 'string') return reading.say.fatal(start, sequence);
  const rest = trimmed(slice(whole, sequence.restAt));
  if (rest.length === 0) return;
  for (const round of sequence.rounds) {
    for (const [name, value] of round)
      reading.definitions.set(name, { lines: [pinned(value, start)], multiline: false });
    readLine(reading, rest, depth + 1);
    if (reading.stopped) return;
  }
}

function replacedIn(reading: Reading, line: MappedText): Replaced {
  return replaceParameters(line, reading.definitions, builtinsOf(reading.env), (length) => spend(reading, length));
}

function keep(reading: Reading, line: MappedText, start: Position): void {
  const text = textOf(line);
  if (text.includes('include_check')) {
    const [name, ...words] = plainWords(line).words.map((word) => word.text);
    if (name === 'include_check') reading.checks = checksOfKeyword(words, reading.checks).checks;
  }
  if (reading.lines.length >= MOST_LINES || !spend(reading, text.length))
    return tooMuch(reading, start, `the configuration is longer than ${MOST_LINES} lines`);
  reading.lines.push(line);
}

function readInclude(
  reading: Reading,
  include: { readonly check: string; readonly pattern: string },
  position: Position,
): void {
  if (include.pattern === '') return reading.say.error(position, 'include needs a file name');
  if (reading.open.length >= MOST_OPEN) return tooMuch(reading, position, `files include each other ${MOST_OPEN} deep`);
  const before = reading.checks;
  const checks = checksOf(include.check, before);
  const refuse = (text: string) => {
    reading.say.report({ severity: 'error', position, text, hint: undefined, exit: 6 });
    reading.stopped = true;
  };
  const found = reading.source.read(include.pattern, position.file);
  if (found.length === 0) {
    const text = `no file matches include ${include.pattern}`;
    if (mayBeAbsent(include.pattern, checks)) reading.say.warning(position, text, 0);
    else refuse(text);
  }
  reading.checks = checks;
  for (const file of found) {
    if (!('why' in file)) readFile(reading, file, position);
    else {
      const text = `${file.name} is not included: ${file.why}`;
      if (checks.readable) refuse(text);
      else reading.say.warning(position, text, 0);
    }
  }
  reading.checks = before;
}

function spend(reading: Reading, characters: number): boolean {
  reading.characters += characters;
  return reading.characters <= MOST_CHARACTERS && characters <= LONGEST_LINE;
}

function tooMuch(reading: Reading, position: Position, text: string): void {
  if (!reading.stopped) reading.say.error(position, text, 'nothing after this place was read');
  reading.stopped = true;
}

interface Condition {
  readonly holds: boolean;
  /** Offset after `@id`; 0 without a condition. */
  readonly restAt: number;
}

const NO_CONDITION: Condition = { holds: true, restAt: 0 };

/** `@id` and `@^id`. */
function conditionIn(text: string, env: ConfEnv): Condition {
  const match = /^[ \t]*@(?<not>\^?)(?<id>[^ \t]*)(?<blank>[ \t]*)/.exec(text);
  if (match === null) return NO_CONDITION;
  // A line with only a condition is ignored.
  if (match.groups?.['blank'] === '') return { holds: false, restAt: match[0].length };
  const same = match.groups?.['id'] === configIdOf(env);
  return { holds: same === (match.groups?.['not'] === ''), restAt: match[0].length };
}
