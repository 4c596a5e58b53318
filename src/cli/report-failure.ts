import { type ExitCode, Failure, exitCodeOf } from '../failure.ts';
import { cut } from '../text/cut.ts';
import type { Screen } from './screen.ts';

/** Standard error beyond this many lines is for `--verbose`. */
const SHOWN = 6;

/** characters of a message, and of a line of standard error without `--verbose` */
const MESSAGE = 2000;
const STDERR_LINE = 400;

/** Prints a failure with its standard error and hint. Returns its exit code. */
export function reportFailure(screen: Screen, failure: Failure, verbose: boolean): ExitCode {
  const { stderr = '', hint } = failure.detail;
  const said = stderr.trim() === '' ? [] : stderr.trim().split('\n');
  const shown = verbose ? said : said.slice(-SHOWN);
  screen.error(verbose ? failure.message : cut(failure.message, MESSAGE));
  if (shown.length > 1 || (shown.length === 1 && !failure.message.includes(shown[0] ?? ''))) {
    if (shown.length < said.length) screen.error(`    … ${said.length - shown.length} lines more with --verbose`);
    for (const line of shown) screen.error(`    ${verbose ? line : cut(line, STDERR_LINE)}`);
  }
  if (hint !== undefined) screen.error(`  ${hint}`);
  return exitCodeOf(failure.code);
}

/** A failure as programs read it. */
export function failureAsJson({ code, message, detail }: Failure) {
  return {
    code,
    message,
    host: detail.host ?? null,
    hint: detail.hint ?? null,
    exitCode: detail.exitCode ?? null,
    stderr: detail.stderr ?? null,
    retryable: detail.retryable ?? false,
  };
}
