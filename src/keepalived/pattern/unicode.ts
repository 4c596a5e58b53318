import { codeSet, type CodeRange, type CodeSet } from './code-set.ts';

/** Where Unicode has characters that are letters, digits, marks or spaces; all else is one property or none. */
const SEARCHED: readonly CodeRange[] = [
  [0, 0xd7ff],
  [0xe000, 0xe0ff],
  [0xf900, 0x323af],
  [0xe0000, 0xe01ef],
];
const RUN = 2048;

/** Where characters come in upper and lower case. */
const CASED: readonly CodeRange[] = [
  [0x41, 0x587],
  [0x10a0, 0x10ff],
  [0x13a0, 0x13fd],
  [0x1c80, 0x1cbf],
  [0x1d79, 0x1d8e],
  [0x1e00, 0x1fff],
  [0x2126, 0x2188],
  [0x24b6, 0x24e9],
  [0x2c00, 0x2d2d],
  [0xa640, 0xa7f6],
  [0xab53, 0xabbf],
  [0xff21, 0xff5a],
  [0x10400, 0x105bc],
  [0x10c80, 0x10cf2],
  [0x118a0, 0x118df],
  [0x16e40, 0x16e7f],
  [0x1e900, 0x1e943],
];

/** The characters of a general category or a script, as `Lu`, `L&` or `Greek`; undefined when there is no such property. */
export function propertySet(name: string): CodeSet | undefined {
  if (name === 'Any') return [[0, 0x10ffff]];
  if (name === 'L&') return codeSet(['Lu', 'Ll', 'Lt'].flatMap((one) => propertySet(one) ?? []));
  if (!/^[A-Za-z][A-Za-z_]*$/.test(name)) return undefined;
  const expression = compile(`\\p{gc=${name}}`) ?? compile(`\\p{sc=${name}}`);
  return expression === undefined ? undefined : charactersOf(expression);
}

function compile(property: string): RegExp | undefined {
  try {
    return new RegExp(`${property}+`, 'gu');
  } catch {
    return undefined;
  }
}

/** JavaScript does not expose the table, so ranges are found by testing all characters. */
function charactersOf(expression: RegExp): CodeSet {
  const found: CodeRange[] = [];
  for (const [first, last] of SEARCHED)
    for (let start = first; start <= last; start += RUN) {
      const length = Math.min(RUN, last - start + 1);
      const text = String.fromCodePoint(...Array.from({ length }, (_, index) => start + index));
      const width = start > 0xffff ? 2 : 1;
      for (const match of text.matchAll(expression)) {
        const begin = start + match.index / width;
        found.push([begin, begin + match[0].length / width - 1]);
      }
    }
  return codeSet(found);
}

/** With every ASCII letter also the one of the other case. */
export function foldAscii(set: CodeSet): CodeSet {
  const others = set.flatMap(([first, last]): readonly CodeRange[] => [
    ...within(first, last, 0x41, 0x5a, 32),
    ...within(first, last, 0x61, 0x7a, -32),
  ]);
  return codeSet([...set, ...others]);
}

function within(first: number, last: number, from: number, to: number, shift: number): readonly CodeRange[] {
  const [begin, end] = [Math.max(first, from), Math.min(last, to)];
  return begin > end ? [] : [[begin + shift, end + shift]];
}

/** With every character also those that are the same but for their case. */
export function foldUnicode(set: CodeSet): CodeSet {
  const wanted = new Set<number>();
  const cased = casedCharacters();
  for (const [code, folded] of cased) if (has(set, code)) wanted.add(folded);
  const others = cased.flatMap(([code, folded]): readonly CodeRange[] => (wanted.has(folded) ? [[code, code]] : []));
  return codeSet([...set, ...others]);
}

/** Each character that has another case, and what all its cases fold to. */
function casedCharacters(): readonly (readonly [code: number, folded: number])[] {
  const pairs: (readonly [number, number])[] = [];
  for (const [first, last] of CASED)
    for (let code = first; code <= last; code += 1) {
      const folded = single(single(code, 'upper'), 'lower');
      if (folded !== code || single(code, 'upper') !== code) pairs.push([code, folded]);
    }
  return pairs;
}

/** The character in another case; itself where that is not one character. */
function single(code: number, wanted: 'upper' | 'lower'): number {
  const text = String.fromCodePoint(code);
  const other = wanted === 'upper' ? text.toUpperCase() : text.toLowerCase();
  const folded = other.codePointAt(0) ?? code;
  return String.fromCodePoint(folded) === other ? folded : code;
}

function has(set: CodeSet, code: number): boolean {
  return set.some(([first, last]) => first <= code && code <= last);
}
