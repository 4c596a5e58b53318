import { exitOf } from './config-test.ts';
import { type ConfDiagnostic, type Position, preventsStart } from './diagnostic.ts';
import type { Report } from './reporter.ts';

/** Maximum diagnostics per file; users do not read more. */
const MOST_SAID = 50;

/** Collects the diagnostics of a configuration without duplicates, up to a limit. */
export function collectDiagnostics(): {
  readonly take: Report;
  /** Whether a diagnostic prevents the file from being run. */
  readonly refused: () => boolean;
  readonly diagnostics: () => readonly ConfDiagnostic[];
} {
  const kept: ConfDiagnostic[] = [];
  const known = new Set<string>();
  /** The exit code of a test does not depend on omitted diagnostics. */
  const exits = new Set<number>();
  let refused = false;
  let hidden = 0;
  let hiddenFrom: Position | undefined;
  const take: Report = (diagnostic) => {
    const { file, line, column } = diagnostic.position;
    const refuses = preventsStart(diagnostic);
    const exit = exitOf(diagnostic);
    const needed = (refuses && !refused) || (exit !== 0 && !exits.has(exit));
    if (kept.length >= MOST_SAID && !needed) {
      hidden += 1;
      hiddenFrom ??= diagnostic.position;
      return;
    }
    const key = `${line}:${column}:${diagnostic.text}:${file}`;
    if (known.has(key)) return;
    known.add(key);
    exits.add(exit);
    refused ||= refuses;
    kept.push(diagnostic);
  };
  return {
    take,
    refused: () => refused,
    diagnostics: () => (hiddenFrom === undefined ? kept : [...kept, rest(hiddenFrom, hidden)]),
  };
}

function rest(position: Position, count: number): ConfDiagnostic {
  const text = `${count} more ${count === 1 ? 'message is' : 'messages are'} not shown`;
  return { severity: 'warning', position, text, hint: 'fix those above and test the file again', exit: 0 };
}
