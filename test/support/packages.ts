import type { PackageFolder, WantedPackage } from '../../src/platforms/package-manager.ts';

/** Packages in any version; `NAME=VERSION` in that one. */
export function wanted(...words: readonly string[]): readonly WantedPackage[] {
  return words.map((word) => {
    const [name = '', version] = word.split('=');
    return { name, ...(version !== undefined && { version }) };
  });
}

export function trustedFolder(path: string): PackageFolder {
  return { path, trusted: true };
}

export function untrustedFolder(path: string): PackageFolder {
  return { path, trusted: false };
}
