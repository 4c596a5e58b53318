import { apk } from './apk.ts';
import { apt } from './apt.ts';
import { dnf } from './dnf.ts';
import type { PackageManager } from './package-manager.ts';
import { pacman } from './pacman.ts';
import { rpm } from './rpm.ts';
import { yum } from './yum.ts';
import { zypper } from './zypper.ts';

/** First match wins: rpm and dnf can be installed beside the package manager of another distribution. Add one by adding a file and a line. */
export const PACKAGE_MANAGERS: readonly PackageManager[] = [apt, apk, pacman, zypper, dnf, yum, rpm];

export function packageManagerOf(id: string | undefined): PackageManager | undefined {
  return PACKAGE_MANAGERS.find((manager) => manager.id === id);
}

/** The package manager's name for a package, given Debian's. */
export function nameIn({ names }: Pick<PackageManager, 'names'>, name: string): string {
  return (Object.hasOwn(names, name) ? names[name] : undefined) ?? name;
}

/** The name of a service on the host, given Debian's. */
export function unitIn({ units }: Pick<PackageManager, 'units'>, name: string): string {
  return (Object.hasOwn(units, name) ? units[name] : undefined) ?? name;
}

/** Every name that the service has on a supported host. */
export function unitsIn(name: string): readonly string[] {
  return [...new Set(PACKAGE_MANAGERS.map((manager) => unitIn(manager, name)))];
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
