/** The beginning of a long text, with the number of omitted characters. */
export function cut(text: string, limit: number): string {
  if (text.length <= limit) return text;
  // Do not split a surrogate pair.
  const end = /[\uD800-\uDBFF]$/.test(text.slice(limit - 1, limit)) ? limit - 1 : limit;
  return `${text.slice(0, end)}… (${text.length - end} characters more)`;
}

/** The end of a long text, because errors come last. */
export function cutStart(text: string, limit: number): string {
  if (text.length <= limit) return text;
  return `(${text.length - limit} characters before) …${text.slice(-limit)}`;
}
