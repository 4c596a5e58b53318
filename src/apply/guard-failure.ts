import { Failure } from '../failure.ts';
import { BUSY, FENCED } from './lease.ts';

/** The failure of a script that its fence stopped; undefined when the fence let it pass. */
export function guardFailure(host: string, exitCode: number, stderr: string): Failure | undefined {
  if (exitCode !== FENCED && exitCode !== BUSY) return undefined;
  const why = stderr.trim().split('\n').at(-1) ?? '';
  return new Failure('locked', `${host}: ${why}`, {
    host,
    exitCode,
    hint:
      exitCode === BUSY
        ? 'Run the same command again once it has ended.'
        : 'Nothing was changed there without the lock. Run the same command again when no other run is active.',
    retryable: true,
  });
}
