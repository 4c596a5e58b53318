import { randomBytes } from 'node:crypto';

/**
 * An unguessable word that ends each marker of a script, so that no text of a file, a package or a journal is mistaken
 * for a marker.
 */
export function freshNonce(): string {
  return randomBytes(16).toString('hex');
}
