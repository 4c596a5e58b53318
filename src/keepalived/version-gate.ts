import { releasedKeywords, sinceOf } from './keywords/releases.ts';
import type { Keywords } from './keywords/keyword.ts';
import { TOP } from './keywords/top.ts';
import { releasedWords, sinceOfWords } from './keywords/word-releases.ts';
import { readLines } from './language/read-lines.ts';
import { type Statement, readStatements } from './language/read-statements.ts';
import { reporter } from './reporter.ts';
import type { ConfEnv } from './source.ts';

/** A keyword, or a word behind it, that a release of keepalived does not have. */
export interface MissingKeyword {
  /** With the word, as in `lb_algo mh`. */
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

/** The release that brought a keyword, when this one does not have it. @param path blocks and the keyword */
export function isLacking(path: readonly string[], version: string): string | undefined {
  const have = numbersOf(version);
  const since = sinceOf(path);
  return have !== undefined && since !== undefined && isOlder(have, numbersOf(since) ?? []) ? since : undefined;
}

/** Whether the first release is older. */
export function isOlderRelease(one: string, other: string): boolean {
  return isOlder(numbersOf(one) ?? [], numbersOf(other) ?? []);
}

/** The last release that brought a keyword. */
const NEWEST = [...releasedKeywords().map((path) => sinceOf(path.split('/')) ?? ''), ...releasedWords()]
  .map((release) => numbersOf(release) ?? [])
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
  collect(readStatements(lines, say), TOP, [], (path, words) => {
    const joined = path.join('.');
    for (const [word, since] of sinceOfWords(path, words)) {
      const keyword = `${path.at(-1) ?? ''} ${word}`;
      if (isOlder(have, numbersOf(since) ?? [])) found.set(`${joined} ${word}`, { keyword, since, path: joined });
    }
    const since = isLacking(path, version);
    if (since === undefined) return true;
    found.set(joined, { keyword: path.at(-1) ?? '', since, path: joined });
    return false;
  });
  return [...found.values()];
}

/** Blocks of lines whose words have releases. */
const LINES = new Set(['virtual_ipaddress', 'virtual_ipaddress_excluded']);

/** Visits keywords from outside to inside; a block is entered when `visit` says so of its keyword. */
function collect(
  statements: readonly Statement[],
  table: Keywords,
  around: readonly string[],
  visit: (path: readonly string[], words: readonly string[]) => boolean,
): void {
  for (const { keyword, args, block } of statements) {
    const entry = Object.hasOwn(table, keyword.text) ? table[keyword.text] : undefined;
    if (entry === undefined) continue;
    const path = [...around, keyword.text];
    const lines = LINES.has(keyword.text) ? (block ?? []) : [];
    const words = [...args, ...lines.flatMap((line) => line.args)].map(({ text }) => text);
    if (!visit(path, words) || block === undefined) continue;
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
