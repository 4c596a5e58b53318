const LONGEST = 40;

/** The word of a list that was probably meant: at most a third of its letters are other, missing or swapped. */
export function nearest(text: string, words: Iterable<string>): string | undefined {
  let best: { readonly word: string; readonly distance: number } | undefined;
  if (text.length > LONGEST) return undefined;
  for (const word of words) {
    const distance = distanceOf(text, word);
    if (distance <= Math.max(1, word.length / 3) && distance < (best?.distance ?? Infinity)) best = { word, distance };
  }
  return best?.word;
}

/** How many letters must be changed, added, taken away, or swapped with the next one. */
function distanceOf(a: string, b: string): number {
  let previous: readonly number[] = [];
  let row: readonly number[] = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const same = a[i - 1] === b[j - 1];
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      next.push(
        Math.min(
          (row[j] ?? 0) + 1,
          (next[j - 1] ?? 0) + 1,
          (row[j - 1] ?? 0) + (same ? 0 : 1),
          swapped ? (previous[j - 2] ?? 0) + 1 : Infinity,
        ),
      );
    }
    previous = row;
    row = next;
  }
  return row[b.length] ?? 0;
}
