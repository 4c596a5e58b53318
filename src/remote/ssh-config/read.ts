import { dirname, join } from 'node:path';
import { globbed } from './glob.ts';
import { canonicalKeyword, problemOf, SHAPES } from './keywords.ts';
import { splitLine, splitWords } from './words.ts';

/** The file system as far as configuration files need it. */
export interface ConfigFiles {
  readonly readFile: (path: string) => Promise<Uint8Array>;
  /** Owner and mode, links followed; undefined for what does not exist. */
  readonly stat: (path: string) => Promise<{ readonly uid: number; readonly mode: number } | undefined>;
  /** Names in a folder; none if it cannot be read. */
  readonly list: (folder: string) => Promise<readonly string[]>;
  /** The user who runs lvsctl. */
  readonly uid: number;
}

/** A line with a keyword that lvsctl honours, or that begins a block. */
export interface ConfigLine {
  readonly file: string;
  /** starts at 1 */
  readonly line: number;
  /** in lower case */
  readonly keyword: string;
  readonly words: readonly string[];
  /** The arguments as they are written. */
  readonly rest: string;
  /** The lines of each file of an Include. */
  readonly included: readonly (readonly ConfigLine[])[];
}

/** A mistake in a configuration file, or a part of it that is not honoured. */
export interface ConfigMistake {
  readonly severity: 'error' | 'warning';
  readonly file: string;
  readonly line: number | undefined;
  readonly what: string;
  readonly hint: string | undefined;
}

/** As OpenSSH, which refuses deeper includes. */
const DEEPEST = 16;

/** Files of one configuration; an Include of itself would multiply them. */
const MOST_FILES = 1000;

/** A configuration file larger than this is not one. */
const MOST_BYTES = 4 * 2 ** 20;

export interface Source {
  readonly file: string;
  /** Where relative names of Include start. */
  readonly folder: string;
  /** Whether the file must not be writable by others; files that it includes never must. */
  readonly guarded: boolean;
}

/** Reads configuration files with all that they include, once each. */
export class ConfigReader {
  readonly mistakes: ConfigMistake[] = [];
  readonly #files: ConfigFiles;
  readonly #home: string;
  #count = 0;

  constructor(files: ConfigFiles, home: string) {
    this.#files = files;
    this.#home = home;
  }

  /** The lines of a file; none with a mistake recorded if it is refused. undefined if it does not exist. */
  async read(source: Source, depth = 0): Promise<readonly ConfigLine[] | undefined> {
    const { file } = source;
    const text = await this.#textOf(source);
    if (text === undefined) return undefined;
    const lines: ConfigLine[] = [];
    for (const [index, whole] of text.split('\n').entries()) {
      const at = { file, line: index + 1 };
      const parts = splitLine(whole);
      if (parts === undefined) continue;
      const keyword = canonicalKeyword(parts.keyword);
      if (keyword !== 'host' && keyword !== 'match' && keyword !== 'include' && !SHAPES.has(keyword)) continue;
      const { rest } = parts;
      const words = SHAPES.get(keyword) === 'rest' ? [rest] : splitWords(rest);
      const problem =
        words === undefined
          ? 'has a quote that is not closed'
          : rest === '' || words.length === 0
            ? 'has no argument'
            : problemOf(keyword, words);
      if (words === undefined || problem !== undefined) {
        this.#mistake(at, `\`${whole.trim().slice(0, 200)}\` ${problem ?? ''}.`, 'See ssh_config(5).');
        continue;
      }
      const included = keyword === 'include' ? await this.#include(words, source, depth, at) : [];
      lines.push({ ...at, keyword, words, rest, included });
    }
    return lines;
  }

  async #textOf({ file, guarded }: Source): Promise<string | undefined> {
    this.#count += 1;
    if (this.#count > MOST_FILES) {
      if (this.#count === MOST_FILES + 1)
        this.#mistake({ file, line: undefined }, `More than ${MOST_FILES} files are included.`);
      return undefined;
    }
    const found = await this.#files.stat(file);
    if (found === undefined) return undefined;
    const why = guarded ? await this.#unsafe(file, found) : undefined;
    if (why !== undefined) {
      this.#mistake(
        { file, line: undefined },
        `The file is refused: ${why}. Another user could make lvsctl run commands.`,
        'Correct it with chown and `chmod go-w`.',
      );
      return undefined;
    }
    try {
      const bytes = await this.#files.readFile(file);
      if (bytes.length > MOST_BYTES) throw new Error(`it has more than ${MOST_BYTES / 2 ** 20} MiB`);
      return new TextDecoder().decode(bytes);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      this.#mistake({ file, line: undefined }, `The file cannot be read: ${message}.`);
      return undefined;
    }
  }

  async #unsafe(file: string, found: { readonly uid: number; readonly mode: number }): Promise<string | undefined> {
    const { uid } = this.#files;
    if (found.uid !== 0 && found.uid !== uid) return `it is owned by user ${found.uid}`;
    if ((found.mode & 0o022) !== 0) return 'it is writable by others';
    const folder = await this.#files.stat(dirname(file));
    if (folder === undefined) return undefined;
    if (folder.uid !== 0 && folder.uid !== uid) return `its folder is owned by user ${folder.uid}`;
    return (folder.mode & 0o002) !== 0 && (folder.mode & 0o1000) === 0 ? 'its folder is writable by others' : undefined;
  }

  async #include(
    words: readonly string[],
    { folder }: Source,
    depth: number,
    at: { readonly file: string; readonly line: number },
  ): Promise<readonly (readonly ConfigLine[])[]> {
    if (depth >= DEEPEST) {
      this.#mistake(
        at,
        `Files include each other more than ${DEEPEST} levels deep.`,
        'Check for a file that includes itself.',
      );
      return [];
    }
    const included: (readonly ConfigLine[])[] = [];
    for (const word of words) {
      const name = word.startsWith('~/')
        ? join(this.#home, word.slice(2))
        : join(word.startsWith('/') ? '/' : folder, word);
      for (const file of await globbed(name, this.#files)) {
        const lines = await this.read({ file, folder, guarded: true }, depth + 1);
        if (lines !== undefined) included.push(lines);
      }
    }
    return included;
  }

  #mistake(at: { readonly file: string; readonly line: number | undefined }, what: string, hint?: string): void {
    this.mistakes.push({ severity: 'error', ...at, what, hint });
  }
}
