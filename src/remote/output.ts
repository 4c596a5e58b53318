import { StringDecoder } from 'node:string_decoder';
import { STARTED } from './envelope.ts';

/** characters that may come before the announcement; a login says less */
export const NOISE_LIMIT = 64 * 2 ** 10;

/** characters of a line that are passed on; what a line is known by stands at its beginning */
const LINE_LIMIT = 64 * 2 ** 10;

/** characters of the longest announcement, and a few more */
const MARK_LENGTH = 32;

/** One output of a running shell: bytes in, text and whole lines out. Bytes that are not UTF-8 become U+FFFD. */
export class Output {
  readonly #decoder = new StringDecoder('utf8');
  readonly #onLine: ((line: string) => void) | undefined;
  readonly #onStart: ((pid: number) => void) | undefined;
  #parts: string[] = [];
  #line = '';
  #started = false;
  #noise = 0;
  /** The end of the noise: an announcement may come in pieces. */
  #tail = '';

  /** @param onStart gets the process id of the shell, once */
  constructor(onLine: ((line: string) => void) | undefined, onStart?: (pid: number) => void) {
    this.#onLine = onLine;
    this.#onStart = onStart;
  }

  /** Whether the shell has announced itself; see `STARTED`. */
  get started(): boolean {
    return this.#started;
  }

  /** Whether so much came without an announcement that none is to be expected; the rest of it is not kept. */
  get drowned(): boolean {
    return !this.#started && this.#noise > NOISE_LIMIT;
  }

  /** Everything after the announcement, or everything at all as long as there was none. */
  get text(): string {
    return this.#parts.join('');
  }

  write(chunk: Buffer): void {
    this.#add(this.#decoder.write(chunk));
  }

  /** No more will come: a last line without a newline is passed on too. */
  end(): void {
    this.#add(this.#decoder.end());
    if (this.#started && this.#line !== '') this.#onLine?.(this.#line);
    this.#line = '';
  }

  #add(text: string): void {
    if (text === '') return;
    if (this.#started) {
      this.#parts.push(text);
      this.#split(text);
    } else this.#lookForStart(text);
  }

  /** Scans only new data, however small the chunks. */
  #lookForStart(text: string): void {
    const window = this.#tail + text;
    const mark = STARTED.exec(window);
    if (mark === null) {
      if (this.#noise <= NOISE_LIMIT) this.#parts.push(text.slice(0, NOISE_LIMIT));
      this.#noise += text.length;
      this.#tail = window.slice(-MARK_LENGTH);
      return;
    }
    this.#started = true;
    this.#tail = '';
    this.#onStart?.(Number(mark[1]));
    const rest = window.slice(mark.index + mark[0].length);
    this.#parts = [rest];
    this.#split(rest);
  }

  #split(text: string): void {
    if (this.#onLine === undefined) return;
    const lines = text.split('\n');
    const last = lines.pop() ?? '';
    for (const line of lines) {
      this.#onLine(this.#longer(line));
      this.#line = '';
    }
    this.#line = this.#longer(last);
  }

  #longer(text: string): string {
    return this.#line + text.slice(0, Math.max(0, LINE_LIMIT - this.#line.length));
  }
}
