import { exists, listDirectory } from './files.ts';
import type { Sys } from './sys.ts';

/**
 * The files that match a pattern, sorted, like glob(3) without flags: `*`, `?` and `[…]` match within a path component
 * and not a leading dot. Relative patterns start in the current directory.
 */
export function glob(sys: Sys, pattern: string): readonly string[] {
  const parts = pattern.split('/').filter((part) => part !== '');
  let paths: readonly string[] = [pattern.startsWith('/') ? '' : '.'];
  for (const part of parts)
    paths = /[*?[]/.test(part)
      ? paths.flatMap((path) => matching(sys, path, part))
      : paths.map((path) => `${path}/${part}`);
  return paths.filter((path) => exists(sys, path));
}

function matching(sys: Sys, folder: string, part: string): readonly string[] {
  const names = listDirectory(sys, folder === '' ? '/' : folder);
  if (typeof names === 'number') return [];
  const expression = toExpression(part);
  return names
    .filter((name) => expression.test(name) && (part.startsWith('.') || !name.startsWith('.')))
    .toSorted()
    .map((name) => `${folder}/${name}`);
}

/** Converts a path component to a regular expression. */
export function toExpression(part: string): RegExp {
  let source = '';
  for (let at = 0; at < part.length; at++) {
    const character = part.charAt(at);
    const close = part.indexOf(']', at + 2);
    if (character === '*') source += '.*';
    else if (character === '?') source += '.';
    else if (character === '[' && close > 0) {
      const set = part.slice(at + 1, close).replace(/[\\\]^]/g, '\\$&');
      source += `[${set.replace(/^(?:!|\\\^)/, '^')}]`;
      at = close;
    } else source += character.replace(/[\\^$.|+(){}[\]]/, '\\$&');
  }
  try {
    return new RegExp(`^${source}$`, 'su');
  } catch {
    // An invalid range such as [z-a].
    return /(?!)/;
  }
}
