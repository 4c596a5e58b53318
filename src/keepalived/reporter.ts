import { oneLine } from './text/one-line.ts';
import type { ConfDiagnostic, Position } from './diagnostic.ts';

/** Maximum characters of a message; a name in it may be as long as a line. */
const LONGEST = 400;

/** Receives diagnostics. */
export type Report = (diagnostic: ConfDiagnostic) => void;

export interface Reporter {
  readonly error: (position: Position, text: string, hint?: string) => void;
  /** An error that stops keepalived from starting. */
  readonly fatal: (position: Position, text: string, hint?: string) => void;
  readonly unsupported: (position: Position, text: string, hint?: string) => void;
  /** `exit` is the resulting exit code of a test of the file. */
  readonly warning: (position: Position, text: string, exit: 0 | 5, hint?: string) => void;
  readonly report: Report;
}

/** Makes messages, which may quote the file, safe for a terminal and short. */
export function reporter(take: Report): Reporter {
  const report: Report = (diagnostic) => take({ ...diagnostic, text: short(oneLine(diagnostic.text)) });
  return {
    error: (position, text, hint) => report({ severity: 'error', position, text, hint }),
    fatal: (position, text, hint) => report({ severity: 'error', position, text, hint, stops: true }),
    unsupported: (position, text, hint) => report({ severity: 'unsupported', position, text, hint }),
    warning: (position, text, exit, hint) => report({ severity: 'warning', position, text, hint, exit }),
    report,
  };
}

function short(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST - 3)}...` : text;
}
