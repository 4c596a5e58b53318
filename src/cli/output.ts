import { EXIT } from '../failure.ts';
import { printable } from '../text/printable.ts';

/**
 * A closed pipe, as with `| head`, must not stop a run half way: the run completes without output. Any other write
 * error, such as a full disk, is reported once.
 */
export function surviveOutput(): { readonly lost: () => boolean } {
  let lost = false;
  const onError = (error: NodeJS.ErrnoException): void => {
    if (error.code === 'EPIPE' || lost) return;
    lost = true;
    // The error may arrive after the run has set its exit code.
    process.exitCode = EXIT.failed;
    process.stderr.write(`Cannot write output: ${printable(error.message)}\n`);
  };
  process.stdout.on('error', onError);
  process.stderr.on('error', () => undefined);
  return { lost: () => lost };
}
