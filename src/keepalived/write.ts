/** A statement to be written: a keyword, the words behind it, and a block. */
export interface Directive {
  readonly keyword: string;
  readonly words: readonly string[];
  readonly block?: readonly Directive[] | undefined;
  /** The words are those of a script or a pattern, in which a backslash escapes (`escapedWords`). */
  readonly escaped?: true;
  /** The key of the inventory that it was made of. */
  readonly at?: DataPath;
}

/** A key or an index each, from where the reading began. */
export type DataPath = readonly (string | number)[];

/** One line of a written file, and the directive it belongs to; a closing brace belongs to the one that opened it. */
export interface WrittenLine {
  readonly text: string;
  readonly directive: Directive;
}

/** keepalived 2.2.7 reads so many characters of a line, and takes what follows for the next one. */
export const LONGEST_LINE = 1023;

const INDENT = '  ';

/** Directives as lines of keepalived.conf. Every word must be writable (see `unwritable`). */
export function writeDirectives(directives: readonly Directive[], indent = ''): readonly WrittenLine[] {
  return directives.flatMap((directive) => {
    const { keyword, words, block, escaped } = directive;
    const quote = escaped === true ? quoteEscaped : quotePlain;
    const text = `${indent}${[quoteFirst(keyword), ...words.map(quote)].join(' ')}`;
    if (block === undefined) return [{ text, directive }];
    return [
      { text: `${text} {`, directive },
      ...writeDirectives(block, indent + INDENT),
      { text: `${indent}}`, directive },
    ];
  });
}

/** Why a word cannot stand in a keepalived.conf, or undefined. */
export function unwritable(word: string, escaped: boolean): string | undefined {
  // eslint-disable-next-line no-control-regex
  if (/[\0-\x1f\x7f]/.test(word)) return 'has a control character or a line break';
  if (!escaped && word.includes('"')) return 'has a double quote, which keepalived.conf cannot hold here';
  if (!escaped && word === '}') return 'is a closing brace, at which keepalived ends a block in quotes as well';
  return undefined;
}

/** At the start of a line `@` makes a condition, `~` a sequence, and `$` a definition. */
function quoteFirst(word: string): string {
  return /^[@~$]/.test(word) ? `"${word}"` : quotePlain(word);
}

/** In an ordinary line a double quote groups a word, and nothing escapes. */
function quotePlain(word: string): string {
  return BARE.test(word) ? word : `"${word}"`;
}

/** In a script or a pattern a backslash escapes. Quotes are written by number: the reader of braces counts them all. */
function quoteEscaped(word: string): string {
  if (BARE.test(word)) return word;
  if (word === '}') return String.raw`"\x7d"`;
  return `"${word.replaceAll(/[\\"']/g, (char) => String.raw`\x${char.charCodeAt(0).toString(16)}`)}"`;
}

/** No white space, no quote, brace or backslash, and nothing that begins a comment. */
const BARE = /^[A-Za-z0-9_.,:;=/%^*?&+()@<>|~$-]+$/;
