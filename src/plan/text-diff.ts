export type DiffLine = { readonly sign: ' ' | '+' | '-'; readonly text: string };

/** Said at a last line that has no newline: without it two texts that differ in this alone would look the same. */
export const UNFINISHED = ' (no newline at the end)';

/** Lines around a change that are shown with it. */
const CONTEXT = 2;

/**
 * A line diff by longest common subsequence. The files that lvsctl keeps have some hundred lines, so the square of that
 * is nothing; texts beyond `limit` lines are told as replaced.
 */
export function diffLines(before: string, after: string, limit = 2000): readonly DiffLine[] {
  const a = linesOf(before);
  const b = linesOf(after);
  if (a.length > limit || b.length > limit) {
    return [...a.map((text): DiffLine => ({ sign: '-', text })), ...b.map((text): DiffLine => ({ sign: '+', text }))];
  }
  // Numbers for texts: comparing long lines that are nearly alike would cost their length each time.
  const numbers = new Map<string, number>();
  const numbered = (lines: readonly string[]): readonly number[] =>
    lines.map((line) => {
      const number = numbers.get(line) ?? numbers.size;
      numbers.set(line, number);
      return number;
    });
  const p = numbered(a);
  const q = numbered(b);
  const width = b.length + 1;
  const common = new Uint16Array((a.length + 1) * width);
  const at = (i: number, j: number): number => common[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      common[i * width + j] = p[i] === q[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const result: DiffLine[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const left = a[i];
    const right = b[j];
    if (left !== undefined && right !== undefined && p[i] === q[j]) {
      result.push({ sign: ' ', text: left });
      i++;
      j++;
    } else if (left !== undefined && (right === undefined || at(i + 1, j) >= at(i, j + 1))) {
      result.push({ sign: '-', text: left });
      i++;
    } else if (right !== undefined) {
      result.push({ sign: '+', text: right });
      j++;
    }
  }
  return result;
}

/** Only what changed and a few lines around it; undefined stands for lines left out. */
export function shorten(lines: readonly DiffLine[]): readonly (DiffLine | undefined)[] {
  const near = lines.map((_, index) =>
    lines.slice(Math.max(0, index - CONTEXT), index + CONTEXT + 1).some(({ sign }) => sign !== ' '),
  );
  return lines.flatMap((line, index) => {
    if (near[index] === true) return [line];
    return index === 0 || near[index - 1] === true ? [undefined] : [];
  });
}

function linesOf(text: string): readonly string[] {
  if (text === '') return [];
  return (text.endsWith('\n') ? text.slice(0, -1) : `${text}${UNFINISHED}`).split('\n');
}
