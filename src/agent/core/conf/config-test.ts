import type { ConfDiagnostic } from './diagnostic.ts';

/** `FILE:LINE:COLUMN: what is wrong`, and what to do on a line below it. */
export function formatDiagnostic({ severity, position, text, hint }: ConfDiagnostic): readonly string[] {
  const what = severity === 'error' ? '' : severity === 'warning' ? 'warning: ' : 'not supported: ';
  const line = `${position.file}:${position.line}:${position.column}: ${what}${text}`;
  return hint === undefined ? [line] : [line, `  ${hint}`];
}

/**
 * What `--config-test` ends with, as keepalived 2.2.7 does: 0, 5 when something is to be mended, or 6 when scripts run
 * without script security or a file is missing that had to be there.
 */
export function configTestExit(diagnostics: readonly ConfDiagnostic[]): 0 | 5 | 6 {
  const exits = diagnostics.map(({ severity, exit }) => exit ?? (severity === 'warning' ? 0 : 5));
  return exits.includes(6) ? 6 : exits.includes(5) ? 5 : 0;
}

/** The lines to print, the file's own order kept, and the exit code. */
export function configTestReport(diagnostics: readonly ConfDiagnostic[]): {
  readonly lines: readonly string[];
  readonly exit: 0 | 5 | 6;
} {
  return { lines: diagnostics.flatMap(formatDiagnostic), exit: configTestExit(diagnostics) };
}
