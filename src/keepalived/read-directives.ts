import { collectDiagnostics } from './collect-diagnostics.ts';
import type { ConfDiagnostic, Position } from './diagnostic.ts';
import type { Keyword, Keywords } from './keywords/keyword.ts';
import { TOP } from './keywords/top.ts';
import { readLines } from './language/read-lines.ts';
import { type Statement, escapedArgs, readStatements } from './language/read-statements.ts';
import { type Reporter, reporter } from './reporter.ts';
import type { ConfEnv, ConfSource } from './source.ts';
import type { Directive } from './write.ts';

/** A directive and where its keyword stands: below an include in that file, out of a definition where its name is. */
export interface PlacedDirective extends Directive {
  readonly position: Position;
  readonly block?: readonly PlacedDirective[] | undefined;
}

export interface ReadDirectives {
  /** Unknown keywords are among them. */
  readonly directives: readonly PlacedDirective[];
  /** Of the language alone: braces, quotes, includes, definitions. Keywords and values are judged by `readConf`. */
  readonly diagnostics: readonly ConfDiagnostic[];
  /** Names of all files that were read. */
  readonly files: readonly string[];
  /** Whether everything was read. */
  readonly complete: boolean;
}

/**
 * keepalived.conf as the tree that `writeEntries` writes, with includes, conditions, definitions and sequences
 * resolved as `readConf` resolves them. It never throws.
 * @param table of the place that the text stands in; without it, that of a whole file
 */
export function readDirectives(source: ConfSource, env: ConfEnv, table: Keywords = TOP): ReadDirectives {
  const collected = collectDiagnostics();
  const say = reporter(collected.take);
  const { lines, files, complete } = readLines(source, env, say);
  const directives = readStatements(lines, say).map((statement) => directiveOf(statement, table, say));
  return { directives, diagnostics: collected.diagnostics(), files, complete };
}

function directiveOf(statement: Statement, table: Keywords | undefined, say: Reporter): PlacedDirective {
  const { keyword, args, block } = statement;
  const shape = shapeOf(keyword.text, table);
  const escaped = shape?.kind === 'script' || shape?.kind === 'quoted';
  const inner = shape?.kind === 'block' ? shape.of : undefined;
  return {
    keyword: keyword.text,
    words: (escaped ? escapedArgs(statement, say) : args).map(({ text }) => text),
    ...(block !== undefined && { block: block.map((one) => directiveOf(one, inner, say)) }),
    ...(escaped && { escaped }),
    position: keyword.position,
  };
}

function shapeOf(keyword: string, table: Keywords | undefined): Keyword['shape'] | undefined {
  return table !== undefined && Object.hasOwn(table, keyword) ? table[keyword]?.shape : undefined;
}
