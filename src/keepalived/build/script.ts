import type { Script, ScriptUser } from '../model/conf.ts';
import { type Word, pinned } from '../language/mapped-text.ts';
import { escapedWords } from '../language/split-words.ts';
import type { Position } from '../diagnostic.ts';
import type { Reporter } from '../reporter.ts';
import { quote } from './values.ts';
import type { Notify } from '../model/vrrp.ts';
import type { Context } from './context.ts';
import type { Fields } from './fields.ts';

/** The position of each script. */
export type ScriptSites = Map<Script, Position>;

/**
 * A program with its arguments, followed by its user and group: `"PROGRAM ARGUMENT…" USER GROUP`. What is quoted is
 * split again, by the same rules.
 */
export function scriptOf(words: readonly Word[] | undefined, user: ScriptUser, sites: ScriptSites): Script | undefined {
  const [program, name, group] = words ?? [];
  if (program === undefined) return undefined;
  const argv = argumentsOf(program);
  if (argv.length === 0) return undefined;
  const script = { argv, user: name === undefined ? user : { user: name.text, group: group?.text } };
  sites.set(script, program.position);
  return script;
}

/** USER and GROUP as `user` and `script_user` have them. */
export function userOf(words: readonly Word[] | undefined): ScriptUser | undefined {
  const [name, group] = words ?? [];
  return name === undefined ? undefined : { user: name.text, group: group?.text };
}

/** Its name in messages. */
export function accountName(user: ScriptUser): string {
  if (user === 'default') return 'keepalived_script';
  return user.group === undefined ? user.user : `${user.user} with group ${user.group}`;
}

/** As `scriptOf`, for a keyword without a user: unquoted words after the script are ignored. */
export function programOf(
  words: readonly Word[] | undefined,
  user: ScriptUser,
  { say, sites }: { readonly say: Reporter; readonly sites: ScriptSites },
): Script | undefined {
  const [program, surplus] = words ?? [];
  if (program === undefined) return undefined;
  if (surplus !== undefined)
    say.warning(surplus.position, `${quote(surplus)} ignored: it is outside the quotes`, 0, 'quote the whole command');
  return scriptOf([program], user, sites);
}

function argumentsOf({ text, position }: Word): readonly string[] {
  return escapedWords(pinned(text, position)).words.map((word) => word.text);
}

/** The scripts that an instance or a group runs. */
export function notifyOf(fields: Fields, { scriptUser: user, sites }: Pick<Context, 'scriptUser' | 'sites'>): Notify {
  const script = (name: string) => scriptOf(fields.words(name), user, sites);
  return {
    notify_master: script('notify_master'),
    notify_backup: script('notify_backup'),
    notify_fault: script('notify_fault'),
    notify_stop: script('notify_stop'),
    notify_deleted: script('notify_deleted'),
    notify: script('notify'),
    notify_master_rx_lower_pri: script('notify_master_rx_lower_pri'),
  };
}
