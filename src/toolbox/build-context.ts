/** What everything that is built on this machine gets: where it goes, what it may do, whom it reports to. */
export interface BuildContext {
  /** The folder that holds what was built; it is used again. */
  readonly cache: string;
  /** Whether apt may change this machine: install what is missing, fetch its package lists. */
  readonly install: boolean;
  readonly report: (line: string) => void;
  readonly signal: AbortSignal;
}
