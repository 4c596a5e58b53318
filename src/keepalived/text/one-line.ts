/** What peers, files and programs wrote, as it may be shown: on one line, with nothing in it that a terminal obeys or that
 * turns the direction of the text around. */
export function oneLine(text: string): string {
  return text.replaceAll(/[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g, '?');
}
