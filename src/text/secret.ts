/** Replacement for a secret. */
export const REDACTED = '[secret]';

/** A value that is redacted from all output. */
export class Secret {
  readonly #value: string;
  constructor(value: string) {
    this.#value = value;
  }
  /** The value; call this only to send it to a host. */
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
