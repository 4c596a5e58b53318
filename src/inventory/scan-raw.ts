export interface Scanned {
  readonly problem: { readonly what: string; readonly line: number } | undefined;
  /** The first words of the lines that stand outside any inner braces. */
  readonly keywords: readonly string[];
}

/**
 * Reads a piece of keepalived.conf as far as its structure goes: braces, double quotes (which end on their line),
 * and comments from `!` or `#` to the end of the line.
 */
export function scanRaw(text: string): Scanned {
  const keywords: string[] = [];
  let depth = 0;
  let opened = 0;
  for (const [index, written] of text.split('\n').entries()) {
    const line = index + 1;
    const code = withoutComment(written);
    if (code === undefined) return { problem: { what: 'A quote is not closed', line }, keywords };
    const [first] = code.trim().split(/[\s{]+/);
    if (depth === 0 && first !== undefined && first !== '') keywords.push(first);
    for (const sign of code.replaceAll(/"[^"]*"/g, '""')) {
      if (sign === '{' && depth++ === 0) opened = line;
      if (sign === '}' && --depth < 0)
        return { problem: { what: 'A brace is closed that was not opened', line }, keywords };
    }
  }
  if (depth > 0) return { problem: { what: 'A brace is not closed that was opened', line: opened }, keywords };
  return { problem: undefined, keywords };
}

/** undefined when a quote is still open at the end of the line. */
function withoutComment(line: string): string | undefined {
  let quoted = false;
  for (let at = 0; at < line.length; at++) {
    const sign = line[at];
    if (sign === '"') quoted = !quoted;
    else if (!quoted && (sign === '!' || sign === '#')) return line.slice(0, at);
  }
  return quoted ? undefined : line;
}
