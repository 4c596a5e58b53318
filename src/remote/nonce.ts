import { randomBytes } from 'node:crypto';

/**
 * A word that nobody can guess. It ends each marker of a script, so that a file, a package or a journal whose text
 * reads like a marker is not taken for one.
 */
export function freshNonce(): string {
  return randomBytes(16).toString('hex');
}
