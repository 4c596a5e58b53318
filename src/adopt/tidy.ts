import { closed } from './braces.ts';

/** White space that keepalived takes for part of a word: it comes with text that was copied from a page. */
const FOREIGN_BLANKS = /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/g;
const INVISIBLE = /[\u200b-\u200d\u2060\ufeff]/g;

export interface Tidied {
  readonly text: string;
  /** What was changed that keepalived reads otherwise. */
  readonly changes: readonly string[];
}

/** The text of a keepalived.conf as its author sees it. */
export function tidied(text: string): Tidied {
  const changes: string[] = [];
  const count = (pattern: RegExp): number => text.match(pattern)?.length ?? 0;
  const blanks = count(FOREIGN_BLANKS);
  if (blanks > 0)
    changes.push(`${blanks} no-break or wide blanks, which keepalived takes as part of a word, are read as blanks.`);
  const invisible = count(INVISIBLE);
  if (invisible > 0) changes.push(`${invisible} invisible characters are left out.`);
  const slashes = text.split(/\r\n?|\n/).filter((line) => slashesIn(line) !== undefined).length;
  if (slashes > 0) changes.push(`// begins no comment in keepalived.conf; ${slashes} are read as comments.`);
  const plain = text
    .replaceAll(/\r\n?/g, '\n')
    .replaceAll(FOREIGN_BLANKS, ' ')
    .replaceAll(INVISIBLE, '')
    .split('\n')
    .map((line) => {
      const at = slashesIn(line);
      return at === undefined ? line : `${line.slice(0, at)}#${line.slice(at + 2)}`;
    })
    .join('\n');
  const { text: whole, lines } = closed(plain);
  for (const line of lines)
    changes.push(
      `a closing brace is missing before line ${line}, so that keepalived takes what follows as part of a block: it is closed there.`,
    );
  return { text: whole, changes };
}

/** Quotes, keepalived's own comment, or a comment as C has it, which no URL contains. */
const MARK = /["#!]|(?<![^\s{}])\/\/[^\s/]*(?!\S)/;

/** The place of a comment as C has it; not within quotes. */
function slashesIn(line: string): number | undefined {
  const mark = MARK.exec(line);
  return mark?.[0].startsWith('//') === true ? mark.index : undefined;
}
