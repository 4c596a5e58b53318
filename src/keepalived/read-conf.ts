import { collectDiagnostics } from './collect-diagnostics.ts';
import type { ConfDiagnostic } from './diagnostic.ts';
import type { Context } from './build/context.ts';
import { readFields } from './build/fields.ts';
import { globalsOf } from './build/globals.ts';
import { firstPreference } from './build/rules.ts';
import { checkOf } from './build/virtual-server.ts';
import { vrrpOf } from './build/vrrp.ts';
import type { ScriptSites } from './build/script.ts';
import { TOP } from './keywords/top.ts';
import { readLines } from './language/read-lines.ts';
import { type Statement, readStatements } from './language/read-statements.ts';
import type { Conf } from './model/conf.ts';
import { type Reporter, reporter } from './reporter.ts';
import type { ConfEnv, ConfSource } from './source.ts';
import { interfaceJudge, judgeInterfaces, judgeSyncDaemon } from './judge/interfaces.ts';
import { judgeScripts } from './judge/scripts.ts';

export interface ReadConf {
  /**
   * What is run: without what is wrong, as keepalived runs it. Undefined when keepalived would not start, or when the
   * file asks for what the agent cannot do.
   */
  readonly conf: Conf | undefined;
  /** What was understood, whatever was said of it; undefined when the file could not be read to its end. */
  readonly understood: Conf | undefined;
  /** All mistakes at once, in the order of reading; of very many the first, and how many more there are. */
  readonly diagnostics: readonly ConfDiagnostic[];
  /** Names of all files that were read. */
  readonly files: readonly string[];
}

/**
 * Reads a keepalived.conf. It never throws, whatever the text is: a mistake is a diagnostic. What the configuration
 * says of the host (interfaces, users, programs) is judged where `env` has one.
 */
export function readConf(source: ConfSource, env: ConfEnv): ReadConf {
  const collected = collectDiagnostics();
  const say = reporter(collected.take);
  const { lines, files, complete } = readLines(source, env, say);
  const start = { file: source.main, line: 1, column: 1 };
  // What is there of a file that was not read to its end would be full of mistakes that are none.
  if (!complete) return { conf: undefined, understood: undefined, diagnostics: collected.diagnostics(), files };
  const statements = withLastBlock(readStatements(lines, say), say);
  const top = readFields({ statements, position: start }, TOP, 'the configuration', say);
  const sites: ScriptSites = new Map();
  const globals = globalsOf(top.all('global_defs'), env, sites, say, start);
  const scriptUser = globals.defs.script_user;
  const interfaces = interfaceJudge(statements, env.host, say);
  const nextPreference = firstPreference();
  const context: Context = { env, say, globals, scriptUser, sites, nextPreference, interfaces };
  const vrrp = vrrpOf(top, context);
  const check = checkOf(top, vrrp.vrrp_track_file, context);
  const conf: Conf = { global_defs: globals.defs, vrrp, check };
  judgeInterfaces(statements, interfaces);
  judgeScripts(conf, context, start, interfaces.complete());
  judgeSyncDaemon(conf, top.all('global_defs'), say);
  const said = collected.diagnostics();
  return { conf: collected.refused() ? undefined : conf, understood: conf, diagnostics: said, files };
}

/** keepalived reads a block up to the end of the file, and misses no braces where nothing follows its keyword. */
function withLastBlock(statements: readonly Statement[], say: Reporter): readonly Statement[] {
  const last = statements.at(-1);
  const entry = last !== undefined && Object.hasOwn(TOP, last.keyword.text) ? TOP[last.keyword.text] : undefined;
  if (last === undefined || last.block !== undefined || entry === undefined || entry.status === 'unsupported')
    return statements;
  const { kind } = entry.shape;
  if (kind !== 'block' && kind !== 'lines') return statements;
  say.warning(last.keyword.position, `${last.keyword.text} has no block`, 0, 'remove it');
  return [...statements.slice(0, -1), { ...last, block: [] }];
}
