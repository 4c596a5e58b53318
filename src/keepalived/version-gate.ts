import { releasedKeywords, sinceOf } from './keywords/releases.ts';
import type { Keywords } from './keywords/keyword.ts';
import { TOP } from './keywords/top.ts';
import { readLines } from './language/read-lines.ts';
import { type Statement, readStatements } from './language/read-statements.ts';
import { reporter } from './reporter.ts';
import type { ConfEnv } from './source.ts';

/** A keyword that a release of keepalived does not have. */
export interface MissingKeyword {
  readonly keyword: string;
  /** The release that brought it, as in `2.1.0`. */
  readonly since: string;
  /** The blocks around it, then the keyword: `vrrp_instance.check_unicast_src`. */
  readonly path: string;
}

/** Whether a keepalived lacks any keyword at all. @param version as in `2.0.10` */
export function lacksKeywords(version: string): boolean {
  const have = numbersOf(version);
  return have !== undefined && isOlder(have, NEWEST);
}

/** The last release that brought a keyword. */
const NEWEST = releasedKeywords()
  .map((path) => numbersOf(sinceOf(path.split('/')) ?? '') ?? [])
  .reduce((newest, release) => (isOlder(newest, release) ? release : newest), [0, 0, 0]);

/**
 * What a keepalived does not have of the keywords of a configuration, each path once, in the order of the file. Words
 * that are in no release are not reported; reading the file does that.
 * @param version as `keepalived --version` has it, as in `2.0.10`
 */
export function missingKeywords(text: string, version: string, env: ConfEnv): readonly MissingKeyword[] {
  const have = numbersOf(version);
  if (have === undefined) return [];
  const say = reporter(() => undefined);
  const name = 'keepalived.conf';
  const { lines } = readLines({ main: name, read: (file) => (file === name ? [{ name, text }] : []) }, env, say);
  const found = new Map<string, MissingKeyword>();
  collect(readStatements(lines, say), TOP, [], (path) => {
    const since = sinceOf(path);
    if (since === undefined || !isOlder(have, numbersOf(since) ?? [])) return true;
    const joined = path.join('.');
    found.set(joined, { keyword: path.at(-1) ?? '', since, path: joined });
    return false;
  });
  return [...found.values()];
}

/** Visits keywords from outside to inside; a block is entered when `visit` says so of its keyword. */
function collect(
  statements: readonly Statement[],
  table: Keywords,
  around: readonly string[],
  visit: (path: readonly string[]) => boolean,
): void {
  for (const { keyword, block } of statements) {
    const entry = Object.hasOwn(table, keyword.text) ? table[keyword.text] : undefined;
    if (entry === undefined) continue;
    const path = [...around, keyword.text];
    if (!visit(path) || block === undefined) continue;
    if (entry.shape.kind === 'block' && entry.shape.of !== undefined) collect(block, entry.shape.of, path, visit);
  }
}

/** Undefined for what is no release, such as a build from a commit. */
function numbersOf(version: string): readonly number[] | undefined {
  return /^(\d+)\.(\d+)\.(\d+)/.exec(version)?.slice(1).map(Number);
}

function isOlder(one: readonly number[], other: readonly number[]): boolean {
  const place = one.findIndex((number, index) => number !== other[index]);
  return place >= 0 && (one[place] ?? 0) < (other[place] ?? 0);
}
