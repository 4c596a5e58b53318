import { PatternRefusal } from './syntax.ts';

/** The text of a pattern, character by character: code points, or bytes. */
export class PatternReader {
  readonly #codes: readonly number[];
  #at = 0;

  constructor(codes: readonly number[]) {
    this.#codes = codes;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#codes.length;
  }

  /** The next character, or one after it; '' behind the end. */
  peek(ahead = 0): string {
    const code = this.#codes[this.#at + ahead];
    return code === undefined ? '' : String.fromCodePoint(code);
  }

  /** The next character's number. @throws PatternRefusal at the end */
  take(what: string): number {
    const code = this.#codes[this.#at];
    if (code === undefined) throw new PatternRefusal('malformed', `the pattern ends in ${what}`);
    this.#at += 1;
    return code;
  }

  /** Passes over `text` when it comes next. */
  accept(text: string): boolean {
    for (let index = 0; index < text.length; index += 1) if (this.peek(index) !== text[index]) return false;
    this.#at += text.length;
    return true;
  }

  /** Passes over the characters that `expression` allows, at most `most` of them. */
  takeWhile(expression: RegExp, most = Infinity): string {
    let text = '';
    while (text.length < most && !this.isAtEnd && expression.test(this.peek())) {
      text += this.peek();
      this.#at += 1;
    }
    return text;
  }

  /** What comes before `end`, which is passed over too; undefined, and nothing is passed over, without one. */
  takeUntil(end: string): readonly number[] | undefined {
    for (let at = this.#at; at < this.#codes.length; at += 1) {
      const isEnd = Array.from(end).every((letter, index) => this.#codes[at + index] === letter.charCodeAt(0));
      if (!isEnd) continue;
      const text = this.#codes.slice(this.#at, at);
      this.#at = at + end.length;
      return text;
    }
    return undefined;
  }

  takeRest(): readonly number[] {
    const text = this.#codes.slice(this.#at);
    this.#at = this.#codes.length;
    return text;
  }

  /** Where it is, for `goBack`. */
  get place(): number {
    return this.#at;
  }

  goBack(place: number): void {
    this.#at = place;
  }
}
