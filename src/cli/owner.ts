import { hostname, userInfo } from 'node:os';

/** Who holds the lock of a run, in the words that other runs show. */
export function ownerOf(verb: string, sources: readonly string[], since: Date): string {
  return `${userInfo().username}@${hostname()} since ${since.toISOString()}: ${[verb, ...sources].join(' ')}`;
}
