import { sh } from '../remote/command.ts';
import type { WantedPackage } from './package-manager.ts';

/** Versions of packages, as their managers order them: deb-version(7), rpm-version(7), vercmp(8). */

/** Whether a version is the pinned one: the same, or one that begins with it at a boundary. An epoch may be left out. */
export function fitsPin(version: string, pin: string): boolean {
  const begins = (text: string): boolean =>
    text.startsWith(pin) && !(/\d$/.test(pin) && /^\d/.test(text.slice(pin.length)));
  return begins(version) || begins(withoutEpoch(version));
}

/** Without the epoch and the revision of the package: `1:2.2.7-1+b2` is 2.2.7. */
export function upstreamOf(version: string): string {
  return withoutEpoch(version).replace(/[-~+].*/, '');
}

function withoutEpoch(version: string): string {
  return version.replace(/^\d+:/, '');
}

/** Below zero where `one` is older. */
export function compareVersions(one: string, other: string): number {
  const epochs = epochOf(one) - epochOf(other);
  if (epochs !== 0) return epochs;
  const [a, b] = [partsOf(one), partsOf(other)];
  for (let index = 0; index < Math.max(a.length, b.length); index++) {
    const order = compareParts(a[index], b[index]);
    if (order !== 0) return order;
  }
  return 0;
}

function epochOf(version: string): number {
  return Number(/^(\d+):/.exec(version)?.[1] ?? 0);
}

/** Runs of digits, of letters, and tildes. */
function partsOf(version: string): readonly string[] {
  return withoutEpoch(version).match(/\d+|[A-Za-z]+|~/g) ?? [];
}

/** A tilde comes before the end, the end before letters, and letters before digits. */
function compareParts(one: string | undefined, other: string | undefined): number {
  const rank = (part: string | undefined): number =>
    part === '~' ? 0 : part === undefined ? 1 : /^\d/.test(part) ? 3 : 2;
  if (rank(one) !== rank(other)) return rank(one) - rank(other);
  if (one === undefined || other === undefined || one === other) return 0;
  return rank(one) === 3 ? Number(one) - Number(other) : one < other ? -1 : 1;
}

/** `fits VERSION WANTED`: whether it is the wanted version, which is whole, a beginning before `*`, or empty for any. */
export const FITS = sh`fits() {
case $2 in
'') ;;
*'*')
for version in "$1" "\${1#*:}"; do
case $version in
"\${2%?}") return 0 ;;
"\${2%?}"[0-9]*) case $2 in *[0-9]'*') ;; *) return 0 ;; esac ;;
"\${2%?}"*) return 0 ;;
esac
done
return 1 ;;
*) [ "$1" = "$2" ] ;;
esac
}`;

/** One word for each package, NAME or NAME=VERSION, as `fits` and `apt-get` have it. */
export function wordsOf(packages: readonly WantedPackage[]): readonly string[] {
  return packages.map(({ name, version }) => (version === undefined ? name : `${name}=${version}`));
}
