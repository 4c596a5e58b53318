import type { PackageFormat } from '../platforms/package-manager.ts';
import { type Release, releaseName } from '../platforms/release.ts';
import { BUNDLE_FOLDER, type BundledFile } from '../resources/bundle.ts';
import type { BundlePlatform, Manifest } from './manifest.ts';

/** The packages of a bundle for one platform; undefined when it has none. */
export function partFor(
  { platforms }: Manifest,
  format: PackageFormat,
  { id, release, machine }: Release,
): BundlePlatform | undefined {
  return platforms.find(
    (one) => one.format === format && one.id === id && one.release === release && one.machine === machine,
  );
}

/** The files of packages, named as in Debian, with what these need; packages that the part lacks have none. */
export function filesFor(part: BundlePlatform, names: readonly string[]): readonly BundledFile[] {
  const files = new Set(names.flatMap((name) => (Object.hasOwn(part.packages, name) ? part.packages[name] : []) ?? []));
  return [...files].sort().flatMap((name) => {
    const content = part.files[name];
    return content === undefined ? [] : [{ name, ...content }];
  });
}

/**
 * The version of a package, which the names of its files contain in every format: `keepalived_1%3a2.2.7-1+b2_amd64.deb`,
 * `keepalived-2.2.8-3.el9.x86_64.rpm`.
 * @param own the name that the package manager has for it
 */
export function versionIn(part: BundlePlatform, name: string, own: string): string | undefined {
  const begins = new RegExp(`^${own.replaceAll(/[.+]/g, '[$&]')}[-_](\\d.*)$`);
  const [rest] = (Object.hasOwn(part.packages, name) ? (part.packages[name] ?? []) : []).flatMap(
    (file) => begins.exec(file)?.[1] ?? [],
  );
  const ending = { deb: /_[^_]*$/, rpm: /[.][^.]*[.]rpm$/, apk: /[.]apk$/, pacman: /-[^-]*[.]pkg[.]tar.*$/ }[
    part.format
  ];
  return rest?.replace(ending, '').replaceAll('%3a', ':');
}

/** The name of a folder with these files, the same for the same content. */
export function folderName(files: readonly BundledFile[]): string {
  const sum = files.reduce((total, { sha256 }) => total + BigInt(`0x${sha256}`), 0n);
  return `part-${(sum & 0xffff_ffff_ffff_ffffn).toString(16).padStart(16, '0')}`;
}

/** The local folder of a host that has the part. */
export function folderPath(files: readonly BundledFile[]): string {
  return `${BUNDLE_FOLDER}/${folderName(files)}`;
}

/** Names of platforms, for messages. */
export function platformsIn({ platforms }: Manifest): string {
  if (platforms.length === 0) return 'no platform';
  return platforms.map((one) => `${releaseName(one)} (${one.format})`).join(', ');
}
