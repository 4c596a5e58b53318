import { apt } from './apt.ts';
import type { PackageManager } from './package-manager.ts';

/** First match wins. Add one by adding a file and a line. */
export const PACKAGE_MANAGERS: readonly PackageManager[] = [apt];

export function packageManagerOf(id: string | undefined): PackageManager | undefined {
  return PACKAGE_MANAGERS.find((manager) => manager.id === id);
}

/** Whether a line of output says that an installation waits for another one. */
export function tellsWait(line: string): boolean {
  return PACKAGE_MANAGERS.some((manager) => manager.tellsWait(line));
}

/** Words of a failure, whoever tells of it. */
const FAILURE = /error|fail|cannot|refused|unable|no space/i;

/** The line that names the cause of a failure; the last one, where none tells of a failure. */
export function causeIn(lines: readonly string[]): string | undefined {
  const tells = (line: string): boolean =>
    FAILURE.test(line) || PACKAGE_MANAGERS.some((manager) => manager.tellsFailure(line));
  const last = lines.findLastIndex(tells);
  if (last < 0) return lines.at(-1);
  return lines[PACKAGE_MANAGERS.reduce((index, manager) => manager.causeOf(lines, index), last)];
}
