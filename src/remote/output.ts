import { StringDecoder } from 'node:string_decoder';
import { STARTED } from './envelope.ts';

/** One output of a running shell: bytes in, text and whole lines out. Bytes that are not UTF-8 become U+FFFD. */
export class Output {
  readonly #decoder = new StringDecoder('utf8');
  readonly #onLine: ((line: string) => void) | undefined;
  readonly #onStart: ((pid: number) => void) | undefined;
  #parts: string[] = [];
  #line = '';
  #started = false;

  /** @param onStart gets the process id of the shell, once */
  constructor(onLine: ((line: string) => void) | undefined, onStart?: (pid: number) => void) {
    this.#onLine = onLine;
    this.#onStart = onStart;
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
    const mark = STARTED.exec(sofar);
    this.#parts = [sofar];
    if (mark === null) return;
    this.#started = true;
    this.#onStart?.(Number(mark[1]));
    const rest = sofar.slice(mark.index + mark[0].length);
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
