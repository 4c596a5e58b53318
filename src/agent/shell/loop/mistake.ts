/** A mistake in the program itself, with where it was, on one line. */
export function describeMistake(error: unknown): string {
  if (!(error instanceof Error)) return `a mistake in lvs-agent: ${String(error)}`;
  const places = (error.stack ?? '').split('\n').map((line) => line.trim());
  return `a mistake in lvs-agent: ${error.message} (${places
    .filter((line) => line.startsWith('at '))
    .slice(0, 4)
    .join(' ')})`;
}
