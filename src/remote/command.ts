import { Secret } from '../text/secret.ts';

/**
 * A piece of POSIX sh. Only the tag `sh` creates one; it quotes every interpolated value, so that no text of an
 * inventory or a host is interpreted as shell.
 */
export interface Command {
  readonly script: string;
  /** Values that must never appear in logs or errors. */
  readonly secrets: readonly string[];
  readonly [made]: true;
}

declare const made: unique symbol;

type Value = string | number | Secret | Command | readonly (string | number | Secret)[];

/**
 * Quotes one word for POSIX sh.
 * @throws RangeError for a NUL character, which no shell word can contain.
 */
export function quote(word: string): string {
  if (word.includes('\0')) throw new RangeError('a shell word cannot contain a NUL character');
  return /^[A-Za-z0-9_./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

function isCommand(value: unknown): value is Command {
  return typeof value === 'object' && value !== null && 'script' in value;
}

/**
 * The only way to create a Command. A string or number becomes one quoted word, an array several words, and a Command
 * is inserted unchanged. `` sh`rm -f ${path}` ``
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

/** Does nothing; recognised by `isNothing`. */
export const NOTHING = sh`:`;

export function isNothing({ script }: Command): boolean {
  return script === NOTHING.script;
}

/** Joins commands, each on a line of its own. */
export function lines(commands: readonly Command[]): Command {
  return {
    script: commands.map((command) => command.script).join('\n'),
    secrets: commands.flatMap((command) => command.secrets),
  } as unknown as Command;
}
