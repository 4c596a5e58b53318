import { decodeUtf8 } from '../../../keepalived/text/utf8.ts';
import { makeDirectory, readFile, replaceFile } from './files.ts';
import type { Sys } from './sys.ts';

/** A JSON file for the next agent, valid only during the current boot. */
export class BootFile {
  readonly path: string;
  readonly #sys: Sys;
  /** The boot id; empty if unavailable, in which case no file is valid. */
  readonly #boot: string;

  constructor(sys: Sys, path: string) {
    this.#sys = sys;
    this.path = path;
    const boot = readFile(sys, '/proc/sys/kernel/random/boot_id', 100);
    this.#boot = typeof boot === 'number' ? '' : decodeUtf8(boot).trim();
  }

  /** The content if `isGood` accepts it; undefined if the file is absent, invalid, or from another boot. */
  read<Content extends object>(limit: number, isGood: (value: object) => value is Content): Content | undefined {
    const bytes = readFile(this.#sys, this.path, limit);
    if (typeof bytes === 'number') return undefined;
    try {
      const saved: unknown = JSON.parse(decodeUtf8(bytes));
      if (typeof saved !== 'object' || saved === null || !isGood(saved)) return undefined;
      return 'boot' in saved && saved.boot === this.#boot && this.#boot !== '' ? saved : undefined;
    } catch {
      return undefined;
    }
  }

  /** The file text for `content`. */
  textOf(content: object): string {
    return JSON.stringify({ boot: this.#boot, ...content });
  }

  /** Replaces the file atomically, creating its folder with mode 0700. Returns 0 or -errno. */
  replace(bytes: Uint8Array): number {
    const folder = this.path.slice(0, this.path.lastIndexOf('/'));
    if (folder !== '') makeDirectory(this.#sys, folder, 0o700);
    return replaceFile(this.#sys, this.path, bytes);
  }
}
