import { apt } from './apt.ts';
import type { PackageManager } from './package-manager.ts';

/** First match wins. Add one by adding a file and a line. */
export const PACKAGE_MANAGERS: readonly PackageManager[] = [apt];

export function packageManagerOf(id: string | undefined): PackageManager | undefined {
  return PACKAGE_MANAGERS.find((manager) => manager.id === id);
}

/** The package manager's name for a package, given Debian's. */
export function nameIn({ names }: Pick<PackageManager, 'names'>, name: string): string {
  return names[name] ?? name;
}

/** Whether a line of output reports that an installation is waiting for another one. */
export function isWaiting(line: string): boolean {
  return PACKAGE_MANAGERS.some((manager) => manager.isWaiting(line));
}

/** Matches error messages of most programs. */
const FAILURE = /error|fail|cannot|refused|unable|no space/i;

/** The line with the cause of a failure; the last line if none looks like an error. */
export function causeIn(lines: readonly string[]): string | undefined {
  const isError = (line: string): boolean =>
    FAILURE.test(line) || PACKAGE_MANAGERS.some((manager) => manager.isError(line));
  const last = lines.findLastIndex(isError);
  if (last < 0) return lines.at(-1);
  return lines[PACKAGE_MANAGERS.reduce((index, manager) => manager.causeOf(lines, index), last)];
}
