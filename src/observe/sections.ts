import { type Command, lines, sh } from '../remote/command.ts';

/** What each named part of a script printed. */
export type Sections = ReadonlyMap<string, string>;

const MARK = '@lvsctl:section ';

/**
 * One script out of many, so that a host is asked once. Each part runs in a subshell and cannot disturb another; what it
 * prints is followed by a newline, so that a mark always begins a line.
 */
export function compose(parts: readonly (readonly [name: string, command: Command])[]): Command {
  return lines(
    parts.map(
      ([name, command]) => sh`echo ${MARK + name}
(
${command}
) 2>/dev/null
echo`,
    ),
  );
}

/** Takes the output of a composed script apart again. */
export function split(output: string): Sections {
  const parts = output.split(new RegExp(`^${MARK}`, 'm')).slice(1);
  return new Map(
    parts.map((part) => {
      const end = part.includes('\n') ? part.indexOf('\n') : part.length;
      return [part.slice(0, end), part.slice(end + 1).replace(/\n$/, '')];
    }),
  );
}
