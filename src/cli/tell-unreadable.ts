import { EXIT, type ExitCode, type Failure } from '../failure.ts';
import type { Context } from './context.ts';
import { failureAsJson, tellFailure } from './tell-failure.ts';

/** Tells why hosts could not be read, and gives the exit code of the gravest. */
export function tellUnreadable(
  context: Context,
  unreadable: readonly { readonly host: string; readonly failure: Failure }[],
): ExitCode {
  const codes = unreadable.map(({ failure }) => {
    context.screen.emit({ type: 'failure', ...failureAsJson(failure) });
    const exitCode = tellFailure(context.screen, failure, context.verbose);
    // A lab that is down is hosts that cannot be reached.
    return failure.code === 'lab' ? EXIT.unreachable : exitCode;
  });
  return codes.includes(EXIT.unreachable) ? EXIT.unreachable : (codes[0] ?? EXIT.failed);
}
