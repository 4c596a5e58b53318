import { EXIT } from '../failure.ts';
import { printable } from '../text/printable.ts';

/**
 * A reader that goes away, as `| head` does, is no reason to stop half way: what is under way is done, and told to
 * nobody. Output that cannot be written for another reason, such as a full disk, is told once.
 */
export function surviveOutput(): { readonly lost: () => boolean } {
  let lost = false;
  const onError = (error: NodeJS.ErrnoException): void => {
    if (error.code === 'EPIPE' || lost) return;
    lost = true;
    // It may come when the run has ended with another one.
    process.exitCode = EXIT.failed;
    process.stderr.write(`The output cannot be written: ${printable(error.message)}\n`);
  };
  process.stdout.on('error', onError);
  process.stderr.on('error', () => undefined);
  return { lost: () => lost };
}
