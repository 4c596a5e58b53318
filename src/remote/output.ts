import { StringDecoder } from 'node:string_decoder';
import { STARTED } from './envelope.ts';

/** One output of a running shell: bytes in, text and whole lines out. Bytes that are not UTF-8 become U+FFFD. */
export class Output {
  readonly #decoder = new StringDecoder('utf8');
  readonly #onLine: ((line: string) => void) | undefined;
  #parts: string[] = [];
  #line = '';
  #started = false;

  constructor(onLine: ((line: string) => void) | undefined) {
    this.#onLine = onLine;
  }

  /** Whether the shell has announced itself; see `STARTED`. */
  get started(): boolean {
    return this.#started;
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
    this.#parts.push(text);
    if (this.#started) this.#split(text);
    else this.#lookForStart();
  }

  #lookForStart(): void {
    const sofar = this.text;
    const at = sofar.indexOf(STARTED);
    this.#parts = [sofar];
    if (at === -1) return;
    this.#started = true;
    const rest = sofar.slice(at + STARTED.length);
    this.#parts = [rest];
    this.#split(rest);
  }

  #split(text: string): void {
    if (this.#onLine === undefined) return;
    const lines = text.split('\n');
    const last = lines.pop() ?? '';
    for (const line of lines) {
      this.#onLine(this.#line + line);
      this.#line = '';
    }
    this.#line += last;
  }
}
