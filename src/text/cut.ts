/** The beginning of a text that is too long for a person, with the number of characters that were left out. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  // No half of a surrogate pair.
  const end = /[\uD800-\uDBFF]$/.test(text.slice(limit - 1, limit)) ? limit - 1 : limit;
  return `${text.slice(0, end)}… (${text.length - end} characters more)`;
}

/** The end of a text that is too long to be kept: what went wrong is said last. */
export function cutStart(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return `(${text.length - limit} characters before) …${text.slice(-limit)}`;
}
