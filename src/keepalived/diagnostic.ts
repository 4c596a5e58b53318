/** Position in a file; lines and columns start at 1. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/**
 * A diagnostic of a configuration.
 * - `error`: a test of the file fails with keepalived as well. The daemon goes on without it, unless it cannot start.
 * - `unsupported`: keepalived knows it, the agent does not, and will not run the file; `text` says why.
 * - `warning`: the file is run, but the author should know.
 */
export interface ConfDiagnostic {
  readonly severity: 'error' | 'unsupported' | 'warning';
  readonly position: Position;
  readonly text: string;
  readonly hint: string | undefined;
  /**
   * What a test of the file ends with because of it, by keepalived's numbers (2: a value is missing, 4: there is no
   * configuration, 5: other mistakes, 6: script security, or a file that had to be there); without it 5 for an error
   * or something unsupported, and 0 for a warning.
   */
  readonly exit?: 0 | 2 | 4 | 5 | 6;
  /** Of an error: keepalived does not start with it either, or it is not known what keepalived would make of it. */
  readonly stops?: boolean;
}

/** Whether a configuration is not run because of it: neither does keepalived run it, or the agent cannot. */
export function preventsStart({ severity, exit, stops }: ConfDiagnostic): boolean {
  if (severity !== 'error') return severity === 'unsupported';
  return stops === true || (exit !== undefined && exit !== 5);
}
