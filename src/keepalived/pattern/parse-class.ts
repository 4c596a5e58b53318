import { clip, codeSet, type CodeRange, type CodeSet, complement } from './code-set.ts';
import { lastCode, posixClass } from './named-class.ts';
import { parseEscape } from './parse-escape.ts';
import type { PatternReader } from './pattern-reader.ts';
import { type PatternOptions, PatternRefusal } from './syntax.ts';
import { foldAscii, foldUnicode } from './unicode.ts';

type Item = { readonly code: number } | { readonly codes: CodeSet } | undefined;

/** A class, behind its opening bracket (pcre2pattern(3), "Square brackets and character classes"). */
export function parseClass(reader: PatternReader, options: PatternOptions): CodeSet {
  const negated = reader.accept('^');
  const ranges: CodeRange[] = [];
  // That a pattern is caseless does not widen the classes in a class.
  const classes: CodeRange[] = [];
  let isFirst = !options.allowEmptyClass;
  while (isFirst || !reader.accept(']')) {
    const item = parseItem(reader, options);
    isFirst = isFirst && item === undefined;
    if (item === undefined) continue;
    if ('codes' in item) {
      classes.push(...item.codes);
      if (reader.peek() === '-' && reader.peek(1) !== ']')
        throw new PatternRefusal('malformed', 'a range in a class begins with a class');
      continue;
    }
    ranges.push([item.code, parseRangeEnd(reader, options) ?? item.code]);
    const [first, last] = ranges.at(-1) ?? [0, 0];
    if (last < first) throw new PatternRefusal('malformed', 'a range in a class is out of order');
  }
  const set = codeSet([...foldCase(codeSet(ranges), options), ...classes]);
  return negated ? complement(set, lastCode(options)) : set;
}

/** With the other cases of its characters where the pattern is caseless. */
export function foldCase(set: CodeSet, options: PatternOptions): CodeSet {
  if (!options.caseless) return set;
  const isAscii = set.every(([, last]) => last < 0x80);
  // Of ASCII only K and S have a third case, which is beyond Latin 1.
  if (!options.utf && (!options.ucp || isAscii)) return foldAscii(set);
  return clip(foldUnicode(set), lastCode(options));
}

/** Undefined for what stands for nothing. */
function parseItem(reader: PatternReader, options: PatternOptions): Item {
  if (options.extendedMore && (reader.accept(' ') || reader.accept('\t'))) return undefined;
  const posix = parsePosix(reader, options);
  if (posix !== undefined) return { codes: posix };
  const code = reader.take('a class: ] is missing');
  if (code !== 0x5c) return { code };
  const escape = parseEscape(reader, options, 'class');
  switch (escape.kind) {
    case 'character':
      return { code: escape.code };
    case 'class':
      return { codes: escape.codes };
    case 'quote': {
      const codes = reader.takeUntil('\\E') ?? reader.takeRest();
      return { codes: foldCase(codeSet(codes.map((quoted) => [quoted, quoted] as const)), options) };
    }
    case 'nothing':
    case 'assertion':
      return undefined;
  }
}

/** What is behind a hyphen that makes a range; undefined where it makes none, and stands for itself. */
function parseRangeEnd(reader: PatternReader, options: PatternOptions): number | undefined {
  const place = reader.place;
  if (!reader.accept('-')) return undefined;
  if (reader.peek() !== ']') {
    const item = parseItem(reader, options);
    if (item !== undefined && 'code' in item) return item.code;
    if (item !== undefined) throw new PatternRefusal('malformed', 'a range in a class ends in a class');
  }
  reader.goBack(place);
  return undefined;
}

function parsePosix(reader: PatternReader, options: PatternOptions): CodeSet | undefined {
  if (reader.peek() !== '[' || !/[:.=]/.test(reader.peek(1))) return undefined;
  const place = reader.place;
  reader.accept('[');
  const mark = reader.takeWhile(/[:.=]/, 1);
  const negated = reader.accept('^');
  const name = reader.takeWhile(/[a-z]/);
  if (!reader.accept(`${mark}]`)) {
    reader.goBack(place);
    return undefined;
  }
  const set = mark === ':' ? posixClass(caseOf(name, options), options) : undefined;
  if (set === undefined) throw new PatternRefusal('malformed', `[${mark}${name}${mark}] is not a POSIX class`);
  return negated ? complement(set, lastCode(options)) : set;
}

/** Where case makes no difference both cases are all letters. */
function caseOf(name: string, { caseless, ucp }: PatternOptions): string {
  return caseless && !ucp && (name === 'upper' || name === 'lower') ? 'alpha' : name;
}
