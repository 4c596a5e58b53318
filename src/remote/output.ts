import { StringDecoder } from 'node:string_decoder';
import { STARTED } from './envelope.ts';

/** maximum characters before the announcement; logins print less */
export const NOISE_LIMIT = 64 * 2 ** 10;

/** maximum characters of a delivered line; callers match its beginning */
const LINE_LIMIT = 64 * 2 ** 10;

/** characters of the longest announcement, rounded up */
const MARK_LENGTH = 32;

/** One output of a running shell: bytes in, text and whole lines out. Invalid UTF-8 becomes U+FFFD. */
export class Output {
  readonly #decoder = new StringDecoder('utf8');
  readonly #onLine: ((line: string) => void) | undefined;
  readonly #onStart: ((pid: number) => void) | undefined;
  readonly #keep: boolean;
  #parts: string[] = [];
  #line = '';
  #started = false;
  #noise = 0;
  /** The tail of the noise, because an announcement may arrive in pieces. */
  #tail = '';

  /**
   * @param onStart called once with the process id of the shell
   * @param keep whether `text` has the output after the announcement
   */
  constructor(onLine: ((line: string) => void) | undefined, onStart?: (pid: number) => void, keep = true) {
    this.#keep = keep;
    this.#onLine = onLine;
    this.#onStart = onStart;
  }

  /** Whether the shell has announced itself; see `STARTED`. */
  get started(): boolean {
    return this.#started;
  }

  /** Whether the noise exceeded its limit without an announcement; further output is discarded. */
  get drowned(): boolean {
    return !this.#started && this.#noise > NOISE_LIMIT;
  }

  /** The output after the announcement, unless it is not kept, or all of it while there was none. */
  get text(): string {
    return this.#parts.join('');
  }

  write(chunk: Buffer): void {
    this.#add(this.#decoder.write(chunk));
  }

  /** Ends the output: also delivers a last line without a newline. */
  end(): void {
    this.#add(this.#decoder.end());
    if (this.#started && this.#line !== '') this.#onLine?.(this.#line);
    this.#line = '';
  }

  #add(text: string): void {
    if (text === '') return;
    if (this.#started) {
      if (this.#keep) this.#parts.push(text);
      this.#split(text);
    } else this.#lookForStart(text);
  }

  /** Scans only new data, even with tiny chunks. */
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
    this.#parts = this.#keep ? [rest] : [];
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
