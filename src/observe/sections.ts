import { type Command, isNothing, lines, sh } from '../remote/command.ts';

/** The output of each named section of a script. */
export type Sections = ReadonlyMap<string, string>;

const MARK = '@lvsctl:section ';

const END = 'end';

/** The line that begins a part; `nonce` keeps what a part prints from looking like it. */
const markOf = (name: string, nonce: string): string => `${MARK}${name} ${nonce}`;

/**
 * Combines scripts into one, for a single round trip. Each section runs in a subshell; its output
 * is followed by a newline, so that a marker always begins a line. A part that does nothing is left out: a subshell is
 * a process.
 * @param nonce fresh for each run, see `freshNonce`; `split` is given the same
 */
export function compose(parts: readonly (readonly [name: string, command: Command])[], nonce: string): Command {
  return lines(
    parts
      .filter(([, command]) => !isNothing(command))
      .map(
        ([name, command]) => sh`echo ${markOf(name, nonce)}
(
${command}
) 2>/dev/null
echo`,
      ),
  );
}

/** The same with a part at the end that says that the script came to it; see `isWhole`. */
export function composeWhole(parts: readonly (readonly [name: string, command: Command])[], nonce: string): Command {
  return lines([compose(parts, nonce), sh`echo ${markOf(END, nonce)}`]);
}

export function isWhole(sections: Sections): boolean {
  return sections.has(END);
}

/** Takes the output of a composed script apart again. The first part of a name counts. */
export function split(output: string, nonce: string): Sections {
  const sections = new Map<string, string>();
  let name: string | undefined;
  let part: string[] = [];
  const close = (): void => {
    if (name !== undefined && !sections.has(name)) sections.set(name, part.join('\n'));
    part = [];
  };
  for (const line of output.split('\n')) {
    const next = nameOf(line, nonce);
    if (next === undefined) part.push(line);
    else {
      close();
      name = next;
    }
  }
  // The last newline is the script's own, as is the one before each mark.
  if (part.at(-1) === '') part.pop();
  close();
  return sections;
}

function nameOf(line: string, nonce: string): string | undefined {
  if (!line.startsWith(MARK)) return undefined;
  const name = line.slice(MARK.length);
  return name.endsWith(` ${nonce}`) ? name.slice(0, -nonce.length - 1) : undefined;
}
