import { Failure } from '../failure.ts';
import { BUSY, FENCED } from './lease.ts';

/** What it means that a fenced script did nothing; undefined when its fence let it pass. */
export function guardFailure(host: string, exitCode: number, stderr: string): Failure | undefined {
  if (exitCode !== FENCED && exitCode !== BUSY) return undefined;
  const why = stderr.trim().split('\n').at(-1) ?? '';
  return new Failure('locked', `${host}: ${why}`, {
    host,
    exitCode,
    hint:
      exitCode === BUSY
        ? 'Run the same command again once it has ended.'
        : 'Nothing was changed there without the lock. Run the same command again once no other run is at work.',
    retryable: true,
  });
}
