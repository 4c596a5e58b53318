import { type Command, lines, sh } from '../remote/command.ts';

/** What each named part of a script printed. */
export type Sections = ReadonlyMap<string, string>;

const MARK = '@lvsctl:section ';

/** One script out of many, so that a host is asked once. Each part runs in a subshell and cannot disturb another. */
export function compose(parts: readonly (readonly [name: string, command: Command])[]): Command {
  return lines(
    parts.map(
      ([name, command]) => sh`echo ${MARK + name}
(
${command}
) 2>/dev/null
`,
    ),
  );
}

/** Takes the output of a composed script apart again. */
export function split(output: string): Sections {
  const sections = new Map<string, string>();
  let name: string | undefined;
  for (const line of output.split('\n')) {
    if (line.startsWith(MARK)) {
      name = line.slice(MARK.length);
      sections.set(name, '');
    } else if (name !== undefined) sections.set(name, `${sections.get(name) ?? ''}${line}\n`);
  }
  return sections;
}
