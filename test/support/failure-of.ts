import { Failure } from '../../src/failure.ts';

/** The Failure that something ends with; anything else fails the test. */
export async function failureOf(promise: Promise<unknown>): Promise<Failure> {
  const outcome: unknown = await promise.then(
    () => new Error('it succeeded'),
    (error: unknown) => error,
  );
  if (outcome instanceof Failure) return outcome;
  throw new Error('no Failure', { cause: outcome });
}
