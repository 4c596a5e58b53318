/** characters; no tool that is asked prints longer ones */
const LONGEST = 64 * 1024;

/** The lines of what a host printed, without those too long to be what was asked for. */
export function saneLines(output: string): readonly string[] {
  return output.split('\n').filter((line) => line.length <= LONGEST);
}

/** The words of a line, whatever space is between them. */
export function wordsOf(line: string): readonly string[] {
  return line.split(/[ \t\r\v\f]/).filter((word) => word !== '');
}
