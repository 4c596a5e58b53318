/**
 * Wraps a line at spaces. Leading space is preserved, later lines begin with `indent` spaces, and a word
 * longer than a line is not split.
 * @param width columns
 */
export function wrap(text: string, indent: number, width: number): readonly string[] {
  const first = text.trimStart();
  const lead = text.slice(0, text.length - first.length);
  const out: string[] = [];
  let line = lead;
  let fresh = true;
  for (const word of first.split(' ')) {
    if (!fresh && line.length + 1 + word.length > width) {
      out.push(line);
      line = `${' '.repeat(indent)}${word}`;
    } else line = fresh ? line + word : `${line} ${word}`;
    fresh = false;
  }
  return [...out, line];
}
