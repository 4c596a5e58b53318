/** The context of all builds on this machine. */
export interface BuildContext {
  /** The cache folder. */
  readonly cache: string;
  /** Whether apt may install missing packages and fetch package lists on this machine. */
  readonly install: boolean;
  readonly report: (line: string) => void;
  readonly signal: AbortSignal;
}
