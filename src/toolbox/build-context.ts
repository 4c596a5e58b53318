/** The context of all builds on this machine. */
export interface BuildContext {
  /** The cache folder. */
  readonly cache: string;
  /** Whether apt may change this machine: install what is missing, fetch its package lists. */
  readonly install: boolean;
  readonly report: (line: string) => void;
  readonly signal: AbortSignal;
}
