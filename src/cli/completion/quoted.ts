/** A text as one word of bash, zsh and fish; lines are none of a word. */
export function quoted(text: string): string {
  return `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
