import { randomBytes } from 'node:crypto';

/**
 * An unguessable word. It ends each marker of a script, so that a file, a package or a journal whose text
 * looks like a marker is not mistaken for one.
 */
export function freshNonce(): string {
  return randomBytes(16).toString('hex');
}
