import { complement } from './code-set.ts';
import { lastCode } from './named-class.ts';
import { foldCase, parseClass } from './parse-class.ts';
import { parseEscape } from './parse-escape.ts';
import { parseGroupStart } from './parse-group.ts';
import { PatternReader } from './pattern-reader.ts';
import { parseQuantifier } from './parse-quantifier.ts';
import { type PatternNode, type PatternOptions, PatternRefusal } from './syntax.ts';

/** As PCRE2's parens_nest_limit. */
const DEEPEST = 250;

/**
 * The language of pcre2pattern(3), as far as it can be matched in linear time.
 * @param codes the pattern's characters: code points with utf, else bytes
 * @throws PatternRefusal
 */
export function parsePattern(codes: readonly number[], options: PatternOptions): PatternNode {
  const reader = new PatternReader(codes);
  const node = parseChoice(reader, options, 0);
  if (!reader.isAtEnd) throw new PatternRefusal('malformed', 'there is a ) without its (');
  return node;
}

/** Alternatives up to a parenthesis that closes, or the end. An option that is set within goes on to its end. */
function parseChoice(reader: PatternReader, from: PatternOptions, depth: number): PatternNode {
  if (depth > DEEPEST) throw new PatternRefusal('malformed', `groups are nested more than ${DEEPEST} deep`);
  const alternatives: PatternNode[] = [];
  let options = from;
  let nodes: PatternNode[] = [];
  let repeatable = false;
  while (!reader.isAtEnd && reader.peek() !== ')') {
    if (reader.accept('|')) {
      alternatives.push({ kind: 'sequence', nodes });
      nodes = [];
      repeatable = false;
      continue;
    }
    const quantifier = parseQuantifier(reader);
    if (quantifier !== undefined) {
      const last = nodes.pop();
      if (last === undefined || !repeatable)
        throw new PatternRefusal('malformed', 'a quantifier follows nothing that it could repeat');
      nodes.push({ kind: 'repeat', node: last, ...quantifier });
      repeatable = false;
      continue;
    }
    const atom = parseAtom(reader, options, depth);
    options = atom.options;
    nodes.push(...atom.nodes);
    repeatable = atom.repeatable ?? repeatable;
  }
  const sequence: PatternNode = { kind: 'sequence', nodes };
  return alternatives.length === 0 ? sequence : { kind: 'choice', nodes: [...alternatives, sequence] };
}

interface Atom {
  readonly nodes: readonly PatternNode[];
  /** From here on. */
  readonly options: PatternOptions;
  /** Whether a quantifier may follow; undefined where that is as it was before. */
  readonly repeatable: boolean | undefined;
}

function parseAtom(reader: PatternReader, options: PatternOptions, depth: number): Atom {
  const plain = (...nodes: readonly PatternNode[]): Atom => ({
    nodes,
    options,
    repeatable: nodes.length === 0 ? undefined : nodes.at(-1)?.kind !== 'assertion',
  });
  if (skipSpace(reader, options)) return plain();
  const code = reader.take('nothing');
  switch (String.fromCodePoint(code)) {
    case '(': {
      const start = parseGroupStart(reader, options);
      if (start.kind === 'comment') return plain();
      if (start.kind === 'options') return { nodes: [], options: start.options, repeatable: false };
      const node = parseChoice(reader, start.options, depth + 1);
      if (!reader.accept(')')) throw new PatternRefusal('malformed', 'there is a ( without its )');
      return plain(node);
    }
    case '[':
      return plain({ kind: 'set', codes: parseClass(reader, options) });
    case '.':
      return plain({ kind: 'set', codes: options.dotall ? all(options) : complement([[10, 10]], lastCode(options)) });
    case '^':
      return plain({ kind: 'assertion', assertion: circumflex(options) });
    case '$':
      return plain({ kind: 'assertion', assertion: dollar(options) });
    case '\\':
      return plain(...parseBackslash(reader, options));
    default:
      return plain(character(code, options));
  }
}

function parseBackslash(reader: PatternReader, options: PatternOptions): readonly PatternNode[] {
  const escape = parseEscape(reader, options, 'pattern');
  switch (escape.kind) {
    case 'character':
      return [character(escape.code, options)];
    case 'class':
      return [{ kind: 'set', codes: escape.codes }];
    case 'assertion':
      return [{ kind: 'assertion', assertion: escape.assertion }];
    case 'quote':
      return (reader.takeUntil('\\E') ?? reader.takeRest()).map((code) => character(code, options));
    case 'nothing':
      return [];
  }
}

function character(code: number, options: PatternOptions): PatternNode {
  return { kind: 'set', codes: foldCase([[code, code]], options) };
}

function all(options: PatternOptions): readonly [readonly [number, number]] {
  return [[0, lastCode(options)]];
}

function circumflex({ multiline, altCircumflex }: PatternOptions): 'text start' | 'line start' | 'any line start' {
  if (!multiline) return 'text start';
  return altCircumflex ? 'any line start' : 'line start';
}

function dollar({ multiline, dollarEndonly }: PatternOptions): 'line end' | 'text end' | 'last line end' {
  if (multiline) return 'line end';
  return dollarEndonly ? 'text end' : 'last line end';
}

/** White space and comments of the option extended. Whether there was any. */
function skipSpace(reader: PatternReader, { extended }: PatternOptions): boolean {
  if (!extended) return false;
  const { place } = reader;
  for (;;) {
    reader.takeWhile(/[\t\n\v\f\r ]/);
    if (!reader.accept('#')) return reader.place > place;
    reader.takeWhile(/[^\n]/);
  }
}
