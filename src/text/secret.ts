/** What stands where a secret stood. */
export const REDACTED = '[secret]';

/** A value that is kept out of everything that is shown. */
export class Secret {
  readonly #value: string;
  constructor(value: string) {
    this.#value = value;
  }
  /** The value itself; call it only where it leaves for the host. */
  reveal(): string {
    return this.#value;
  }
  toString(): string {
    return REDACTED;
  }
  toJSON(): string {
    return REDACTED;
  }
}
