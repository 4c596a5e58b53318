import type { Script, ScriptUser } from '../model.ts';
import type { Word } from '../language/mapped-text.ts';

/**
 * A program with its arguments, and behind it who runs it. `"PROGRAM ARGUMENT…" USER GROUP`: what is quoted is split
 * again, with `'` for arguments that have white space.
 */
export function scriptOf(words: readonly Word[] | undefined, user: ScriptUser): Script | undefined {
  const [program, name, group] = words ?? [];
  if (program === undefined) return undefined;
  const argv = argumentsOf(program.text);
  if (argv.length === 0) return undefined;
  return { argv, user: name === undefined ? user : { user: name.text, group: group?.text } };
}

/** USER and GROUP as `user` and `script_user` have them. */
export function userOf(words: readonly Word[] | undefined): ScriptUser | undefined {
  const [name, group] = words ?? [];
  return name === undefined ? undefined : { user: name.text, group: group?.text };
}

function argumentsOf(text: string): readonly string[] {
  const argv: string[] = [];
  for (const [, quoted, bare] of text.matchAll(/'([^']*)'|([^\s']+)/g)) argv.push(quoted ?? bare ?? '');
  return argv;
}
