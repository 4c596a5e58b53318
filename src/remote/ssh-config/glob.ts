import { join } from 'node:path';
import { matchesPattern } from '../pattern.ts';
import type { ConfigFiles } from './read.ts';

/** The existing files that a pattern of glob(7) stands for, in order; hidden ones only if it begins with a dot. */
export async function globbed(pattern: string, files: Pick<ConfigFiles, 'list' | 'stat'>): Promise<readonly string[]> {
  let found: readonly string[] = ['/'];
  for (const part of pattern.split('/').filter((one) => one !== '')) {
    const next = await Promise.all(found.map((folder) => within(folder, part, files)));
    found = next.flat();
  }
  const existing = await Promise.all(found.map(async (file) => ((await files.stat(file)) === undefined ? [] : [file])));
  return existing.flat();
}

async function within(folder: string, part: string, files: Pick<ConfigFiles, 'list'>): Promise<readonly string[]> {
  if (!/[*?[]/.test(part)) return [join(folder, part)];
  // A class needs an expression; others cost no more than the names are long.
  const classes = part.includes('[') ? new RegExp(`^${expressionOf(part)}$`, 's') : undefined;
  const matches = (name: string): boolean => classes?.test(name) ?? matchesPattern(part, name);
  const names = (await files.list(folder)).filter((name) => part.startsWith('.') || !name.startsWith('.'));
  return names
    .filter(matches)
    .toSorted()
    .map((name) => join(folder, name));
}

/** A regular expression for a pattern with classes such as `[a-c]`; an open bracket stands for itself. */
function expressionOf(part: string): string {
  let expression = '';
  for (let at = 0; at < part.length; at += 1) {
    const letter = part.charAt(at);
    const end = part.indexOf(']', at + 2);
    if (letter === '*') {
      if (part[at - 1] !== '*') expression += '.*';
    } else if (letter === '?') expression += '.';
    else if (letter === '[' && end !== -1) {
      const set = part.slice(at + 1, end);
      const negated = /^[!^]./.test(set);
      const members = (negated ? set.slice(1) : set).replaceAll(/[\\\]^[]/g, String.raw`\$&`);
      expression += `[${negated ? '^' : ''}${members}]`;
      at = end;
    } else expression += letter.replaceAll(/[\\^$.+(){}|[\]]/g, String.raw`\$&`);
  }
  return expression;
}
