import { hostname, userInfo } from 'node:os';

/** The owner of a lock, as shown to other runs. */
export function ownerOf(verb: string, sources: readonly string[], since: Date): string {
  return `${userInfo().username}@${hostname()} since ${since.toISOString()}: ${[verb, ...sources].join(' ')}`;
}
