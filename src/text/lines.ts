/** Maximum line length in characters; no probe prints longer ones. */
const LONGEST = 64 * 1024;

/** The lines of a probe's output, without overlong ones. */
export function saneLines(output: string): readonly string[] {
  return output.split('\n').filter((line) => line.length <= LONGEST);
}

/** The words of a line, separated by any white space. */
export function wordsOf(line: string): readonly string[] {
  return line.split(/[ \t\r\v\f]/).filter((word) => word !== '');
}
