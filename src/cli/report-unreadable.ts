import { EXIT, type ExitCode, Failure } from '../failure.ts';
import type { Context } from './context.ts';
import { failureAsJson, reportFailure } from './report-failure.ts';

interface Unreadable {
  readonly host: string;
  readonly failure: Failure;
}

/** Reports why hosts could not be read, grouping equal causes. Returns the most severe exit code. */
export function reportUnreadable({ screen, verbose }: Context, unreadable: readonly Unreadable[]): ExitCode {
  for (const { host, failure } of unreadable) screen.emit({ type: 'failure', ...failureAsJson(failure), host });
  const failures = groupByCause(unreadable);
  const codes = failures.map((failure, index) => {
    const { hint, ...detail } = failure.detail;
    // A hint shared by consecutive failures is printed once, after the last.
    const later = hint !== undefined && failures[index + 1]?.detail.hint === hint;
    const exitCode = reportFailure(
      screen,
      later ? new Failure(failure.code, failure.message, detail) : failure,
      verbose,
    );
    // A lab that is down means that its hosts are unreachable.
    return failure.code === 'lab' ? EXIT.unreachable : exitCode;
  });
  return codes.includes(EXIT.unreachable) ? EXIT.unreachable : (codes[0] ?? EXIT.failed);
}

/** One failure per distinct message. A message without a host is prefixed with all hosts that it concerns. */
function groupByCause(unreadable: readonly Unreadable[]): readonly Failure[] {
  return [...new Set(unreadable.map(({ failure }) => failure.message))].flatMap((message) => {
    const same = unreadable.filter(({ failure }) => failure.message === message);
    const [first] = same;
    if (first === undefined) return [];
    const { failure, host } = first;
    if (message.startsWith(`${host}: `)) return [failure];
    const hosts = same.map((one) => one.host).join(', ');
    return [new Failure(failure.code, `${hosts}: ${message}`, failure.detail)];
  });
}
