/** One mistake in what the user wrote, or one thing to think about. All are shown at once. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning';
  /** The inventory's file as the user named it. */
  readonly file: string;
  /** Place inside the inventory, as `virtual_servers[0].port`; empty for the whole file. */
  readonly path: string;
  /** 1-based line in the file, when the place has one. */
  readonly line: number | undefined;
  /** What is wrong, as a sentence. */
  readonly what: string;
  /** What to do about it, as a sentence. */
  readonly hint: string | undefined;
}
