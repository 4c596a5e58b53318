/** Where in which file; lines and columns count from 1. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/**
 * What is to be said of a configuration.
 * - `error`: keepalived refuses it as well, or would do something else than what was meant.
 * - `unsupported`: keepalived knows it, the agent does not, and will not run the file; `text` says why.
 * - `warning`: the file is run, and the writer should know.
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
}
