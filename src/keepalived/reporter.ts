import { oneLine } from './text/one-line.ts';
import type { ConfDiagnostic, Position } from './diagnostic.ts';

/** Of a message; a name in it may be as long as a line. */
const LONGEST = 400;

/** Takes what is to be said. */
export type Report = (diagnostic: ConfDiagnostic) => void;

export interface Reporter {
  readonly error: (position: Position, text: string, hint?: string) => void;
  /** An error with which keepalived does not start. */
  readonly fatal: (position: Position, text: string, hint?: string) => void;
  readonly unsupported: (position: Position, text: string, hint?: string) => void;
  /** `exit` is what a test of the file ends with because of it. */
  readonly warning: (position: Position, text: string, exit: 0 | 5, hint?: string) => void;
  readonly report: Report;
}

/** What stands in messages of the text of a file is made harmless for a terminal, and short. */
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
