import { Secret } from '../text/secret.ts';

/**
 * A piece of POSIX sh. It can only be made by the tag `sh`, which quotes everything put into it,
 * so that no value from an inventory or a host is ever read as shell.
 */
export interface Command {
  readonly script: string;
  /** Values that must never be shown: not in a log, not in an error. */
  readonly secrets: readonly string[];
  readonly [made]: true;
}

declare const made: unique symbol;

type Value = string | number | Secret | Command | readonly (string | number | Secret)[];

/**
 * Quotes one word for POSIX sh.
 * @throws RangeError for a NUL character, which no shell word can hold.
 */
export function quote(word: string): string {
  if (word.includes('\0')) throw new RangeError('a shell word cannot hold a NUL character');
  return /^[A-Za-z0-9_./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

function isCommand(value: unknown): value is Command {
  return typeof value === 'object' && value !== null && 'script' in value;
}

/**
 * The only way to make a Command. Strings and numbers become single quoted words, arrays become
 * several words, a Command is inserted as it is. `` sh`rm -f ${path}` ``
 */
export function sh(parts: TemplateStringsArray, ...values: readonly Value[]): Command {
  const secrets: string[] = [];
  const word = (value: string | number | Secret): string => {
    if (!(value instanceof Secret)) return quote(String(value));
    secrets.push(value.reveal());
    return quote(value.reveal());
  };
  let script = parts[0] ?? '';
  values.forEach((value, index) => {
    if (Array.isArray(value)) script += value.map(word).join(' ');
    else if (isCommand(value)) {
      script += value.script;
      secrets.push(...value.secrets);
    } else script += word(value as string | number | Secret);
    script += parts[index + 1] ?? '';
  });
  return { script, secrets } as unknown as Command;
}

/** Joins commands, one after the other on lines of their own. */
export function lines(commands: readonly Command[]): Command {
  return {
    script: commands.map((command) => command.script).join('\n'),
    secrets: commands.flatMap((command) => command.secrets),
  } as unknown as Command;
}
