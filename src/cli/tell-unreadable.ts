import { EXIT, type ExitCode, Failure } from '../failure.ts';
import type { Context } from './context.ts';
import { failureAsJson, tellFailure } from './tell-failure.ts';

interface Unreadable {
  readonly host: string;
  readonly failure: Failure;
}

/** Tells why hosts could not be read, once what holds for several, and gives the exit code of the gravest. */
export function tellUnreadable({ screen, verbose }: Context, unreadable: readonly Unreadable[]): ExitCode {
  for (const { host, failure } of unreadable) screen.emit({ type: 'failure', ...failureAsJson(failure), host });
  const told = together(unreadable);
  const codes = told.map((failure, index) => {
    const { hint, ...detail } = failure.detail;
    // The same advice is given after the last that it is for.
    const later = hint !== undefined && told[index + 1]?.detail.hint === hint;
    const exitCode = tellFailure(screen, later ? new Failure(failure.code, failure.message, detail) : failure, verbose);
    // A lab that is down is hosts that cannot be reached.
    return failure.code === 'lab' ? EXIT.unreachable : exitCode;
  });
  return codes.includes(EXIT.unreachable) ? EXIT.unreachable : (codes[0] ?? EXIT.failed);
}

/** One failure for each that is different; what does not name its host is told of all hosts that met it. */
function together(unreadable: readonly Unreadable[]): readonly Failure[] {
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
