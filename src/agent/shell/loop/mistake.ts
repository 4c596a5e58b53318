/** Describes a programming error with its location, on one line. */
export function describeMistake(error: unknown): string {
  if (!(error instanceof Error)) return `internal error: ${String(error)}`;
  const places = (error.stack ?? '').split('\n').map((line) => line.trim());
  return `internal error: ${error.message} (${places
    .filter((line) => line.startsWith('at '))
    .slice(0, 4)
    .join(' ')})`;
}
