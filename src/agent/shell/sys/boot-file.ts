import { decodeUtf8 } from '../../../keepalived/text/utf8.ts';
import { makeDirectory, readFile, replaceFile } from './files.ts';
import type { Sys } from './sys.ts';

/** A file of JSON, for the agent that comes after this one, and only until the host boots: then it tells of nothing. */
export class BootFile {
  readonly path: string;
  readonly #sys: Sys;
  /** Empty where the kernel does not tell: then nothing is believed. */
  readonly #boot: string;

  constructor(sys: Sys, path: string) {
    this.#sys = sys;
    this.path = path;
    const boot = readFile(sys, '/proc/sys/kernel/random/boot_id', 100);
    this.#boot = typeof boot === 'number' ? '' : decodeUtf8(boot).trim();
  }

  /** What is in it, as `isGood` knows it; undefined when it is absent, of another boot, or something else. */
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

  /** How `content` stands in it. */
  textOf(content: object): string {
    return JSON.stringify({ boot: this.#boot, ...content });
  }

  /** Puts a whole new one in its place, and makes its folder, which only its owner may enter. 0, or -errno. */
  replace(bytes: Uint8Array): number {
    const folder = this.path.slice(0, this.path.lastIndexOf('/'));
    if (folder !== '') makeDirectory(this.#sys, folder, 0o700);
    return replaceFile(this.#sys, this.path, bytes);
  }
}
