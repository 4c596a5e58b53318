/** Those of `all` that are not in `others`, by what they hold. */
export function without<T>(all: readonly T[], others: readonly T[]): readonly T[] {
  const known = new Set(others.map((one) => JSON.stringify(one)));
  return all.filter((one) => !known.has(JSON.stringify(one)));
}
