import type { Position } from '../diagnostic.ts';
import type { Reporter } from '../reporter.ts';
import { type MappedText, type Word, isBlankText, positionAt, slice, textOf } from './mapped-text.ts';
import { escapedWords, plainWords } from './split-words.ts';

/** A keyword with its arguments and its block. */
export interface Statement {
  readonly keyword: Word;
  readonly args: readonly Word[];
  readonly block: readonly Statement[] | undefined;
  /** The statement's own text, for keywords whose arguments are split otherwise (`escapedArgs`). */
  readonly text: MappedText;
}

interface Open {
  readonly statement: Statement | undefined;
  readonly block: Statement[];
}

/**
 * Lines to a tree. A statement ends with its line, or at a brace; braces inside of `"…"` are text. The brace of a block
 * may stand on the next line. It knows no keywords: whatever has a brace behind it has a block.
 */
export function readStatements(lines: readonly MappedText[], say: Reporter): readonly Statement[] {
  const top: Open = { statement: undefined, block: [] };
  const open: Open[] = [top];
  let last: { readonly statement: Statement; readonly index: number } | undefined;
  for (const line of lines)
    for (const part of partsOf(line)) {
      const inner = open.at(-1) ?? top;
      if (part.kind === 'text') {
        const statement = statementOf(part.text, say);
        if (statement === undefined) continue;
        last = { statement, index: inner.block.length };
        inner.block.push(statement);
      } else if (part.kind === 'open') {
        if (open.length > 16) say.fatal(part.position, 'blocks are nested deeper than 16');
        else if (last === undefined) say.error(part.position, 'unexpected {', 'a { must follow a keyword');
        const block: Statement[] = [];
        const statement = last === undefined ? undefined : { ...last.statement, block };
        if (last !== undefined && statement !== undefined) inner.block[last.index] = statement;
        open.push({ statement, block });
        last = undefined;
      } else {
        if (open.length > 1) open.pop();
        else say.error(part.position, 'unmatched }', 'remove it, or add the missing { above');
        last = undefined;
      }
    }
  for (const { statement } of open.slice(1))
    if (statement !== undefined)
      say.error(statement.keyword.position, `unclosed block of ${statement.keyword.text}`, 'add a }');
  return top.block;
}

/** The arguments of a script or a pattern: quotes of both kinds and backslashes count. */
export function escapedArgs({ text }: Statement, say: Reporter): readonly Word[] {
  const { words, unmatched } = escapedWords(text);
  if (unmatched !== undefined) say.error(unmatched, 'unclosed quote');
  return words.slice(1);
}

function statementOf(text: MappedText, say: Reporter): Statement | undefined {
  const { words, unmatched } = plainWords(text);
  if (unmatched !== undefined) say.error(unmatched, 'unclosed quote');
  // As it takes words for braces once their quotes are gone, what follows is of another block.
  for (const word of [words[0], words.at(-1)])
    if (word?.text === '}')
      say.fatal(word.position, 'keepalived ends a block at this }, despite the quotes', 'choose another word');
  const [keyword, ...args] = words;
  return keyword === undefined ? undefined : { keyword, args, block: undefined, text };
}

type Part =
  | { readonly kind: 'open' | 'close'; readonly position: Position }
  | { readonly kind: 'text'; readonly text: MappedText };

function* partsOf(line: MappedText): Generator<Part> {
  const text = textOf(line);
  let start = 0;
  let quoted = false;
  for (let index = 0; index <= text.length; index += 1) {
    const char = text.charAt(index);
    if (char === '"') quoted = !quoted;
    const brace = !quoted && (char === '{' || char === '}');
    if (!brace && index < text.length) continue;
    if (!isBlankText(text.slice(start, index))) yield { kind: 'text', text: slice(line, start, index) };
    start = index + 1;
    const position = positionAt(line, index);
    if (brace && position !== undefined) yield { kind: char === '{' ? 'open' : 'close', position };
  }
}
