import { oneLine } from './text/one-line.ts';
import type { ConfDiagnostic } from './diagnostic.ts';

export type ConfigTestExit = NonNullable<ConfDiagnostic['exit']>;

/** A message about the file, with its journal level; the text of a warning says that it is one. */
export interface ConfLine {
  readonly level: 'error' | 'notice';
  readonly text: string;
}

/** `FILE:LINE:COLUMN: condition`, and the hint on a line below it. */
export function formatDiagnostic({ severity, position, text, hint }: ConfDiagnostic): readonly string[] {
  const what = severity === 'error' ? '' : severity === 'warning' ? 'warning: ' : 'not supported: ';
  const line = `${oneLine(position.file)}:${position.line}:${position.column}: ${what}${text}`;
  return hint === undefined ? [line] : [line, `  ${hint}`];
}

/** Exit code of a test of a file with this mistake only. */
export function exitOf({ severity, exit }: ConfDiagnostic): ConfigTestExit {
  return exit ?? (severity === 'warning' ? 0 : 5);
}

/**
 * What `--config-test` ends with, as keepalived 2.2.7 does: 0; 2 when a value is missing, where keepalived reads no
 * further; 6 when scripts run without script security, or a file is missing that had to be there; 5 for other mistakes;
 * 4 when the file cannot be read (keepalived has 0 where there is none), or cannot be run for nothing else.
 */
function configTestExit(diagnostics: readonly ConfDiagnostic[]): ConfigTestExit {
  const exits = diagnostics.map(exitOf);
  return ([2, 6, 5, 4] as const).find((exit) => exits.includes(exit)) ?? 0;
}

/** The lines to print, in the order of the file, and the exit code. */
export function configTestReport(diagnostics: readonly ConfDiagnostic[]): {
  readonly lines: readonly ConfLine[];
  readonly exit: ConfigTestExit;
} {
  const lines = diagnostics.flatMap((diagnostic) => {
    const level = diagnostic.severity === 'warning' ? 'notice' : 'error';
    return formatDiagnostic(diagnostic).map((text) => ({ level, text }) as const);
  });
  return { lines, exit: configTestExit(diagnostics) };
}
