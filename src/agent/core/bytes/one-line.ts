/** What peers, files and programs wrote, as it may be shown: on one line, with nothing in it that a terminal obeys. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\x00-\x1f\x7f-\x9f\u2028\u2029]/g, '?');
}
