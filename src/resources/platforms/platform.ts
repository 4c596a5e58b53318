import type { Command } from '../../remote/command.ts';
import { apt } from './apt.ts';

/**
 * Where a package could be had from: the local folder, the lists on the host, sources of which the host has no list yet,
 * or nowhere.
 */
export type PackageSource = 'mount' | 'candidate' | 'unread' | 'none';

/** How one family of distributions keeps its packages. Add a family by adding a file and a line to `PLATFORMS`. */
export interface Platform {
  readonly id: string;
  /** A shell condition that is true on such a host; it starts no process. */
  readonly detect: Command;
  /** Prints the names of those packages that are installed, a line each. */
  query(packages: readonly string[]): Command;
  /** Prints the `PackageSource` of a package that is not installed. */
  source(name: string, localMount: string | undefined): Command;
  /** Installs packages in one transaction, from a local folder first when there is one. */
  install(packages: readonly string[], localMount: string | undefined): Command;
}

/** First match wins. */
export const PLATFORMS: readonly Platform[] = [apt];

export function platformOf(id: string | undefined): Platform | undefined {
  return PLATFORMS.find((platform) => platform.id === id);
}
