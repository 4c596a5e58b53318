import { firstMatch } from '../platforms/first-match.ts';
import type { PackageFolder, PackageManager, WantedPackage } from '../platforms/package-manager.ts';
import { nameIn, packageManagerOf } from '../platforms/package-managers.ts';
import { ALL_PLATFORMS } from '../platforms/platforms.ts';
import { compareVersions, fitsPin } from '../platforms/version.ts';
import { type Command, NOTHING, lines, sh } from '../remote/command.ts';
import { parseUnguarded, probeGuard } from './guarded-path.ts';
import type { Refusal, ResourceKind, Surroundings } from './resource.ts';

/** Where packages put files, and where package managers note what is installed. */
export const PACKAGE_FOLDERS: readonly string[] = ['/usr', '/etc', '/var'];

/** The value of a package in any version. */
const INSTALLED = 'installed';

/** Packages to probe. */
export interface PackagesKey {
  readonly names: readonly string[];
  /** Packages may be installed from it. */
  readonly localMount: PackageFolder | undefined;
  /** Wanted versions, or beginnings of versions, by package. */
  readonly versions?: Readonly<Record<string, string>>;
  /** Programs by package: a package counts as installed where one of them is, however it got there. */
  readonly unless?: Readonly<Record<string, readonly string[]>>;
}

/** All packages of a host are one want, because they are installed in one transaction. */
export interface PackagesWant extends PackagesKey {
  readonly kind: 'packages';
  /** Whether an older version may replace a newer one. */
  readonly allowDowngrade?: boolean;
  /** Units by package that a new version restarts. */
  readonly restarts?: Readonly<Record<string, string>>;
  /** A unit that the installation stops; this disrupts traffic while the unit is running. */
  readonly displaces?: { readonly unit: string; readonly reason: string };
  /** The fix when they cannot be installed, as a sentence. */
  readonly advice?: string;
}

/** Names are those of the package manager. */
export interface PackagesHave {
  /** Version by name; empty where a program stands in for the package. */
  readonly installed: ReadonlyMap<string, string>;
  /** What the sources have of packages whose installed version is not the wanted one. */
  readonly offers?: ReadonlyMap<string, Offers>;
  /** Why the local folder is not trusted, if it was examined. */
  readonly mountRefused?: Refusal;
}

/** The versions of a package that can be installed. */
export interface Offers {
  readonly versions: readonly string[];
  /** Whether a source has no package list on the host, so that there may be more. */
  readonly open: boolean;
}

/** Packages that must be installed, in any version or in a wanted one. */
export const packages: ResourceKind<PackagesWant, PackagesHave, PackagesKey> = {
  kind: 'packages',
  wave: 'turn-if-disruptive',
  backup: false,
  summary: { namesFor: INSTALLED },
  verifiedBy: 'configuration',

  key: () => 'packages',

  probe: (keys, { packageManagers } = ALL_PLATFORMS) => {
    const mount = keys.find(({ localMount }) => localMount !== undefined)?.localMount;
    return firstMatch(packageManagers, (manager) => {
      const names = keys.flatMap((key) => key.names.map((name) => nameIn(manager, name)));
      const substitutes = keys.flatMap(({ unless = {} }) => Object.entries(unless));
      const query = lines([
        names.length === 0 ? NOTHING : manager.query(names),
        ...substitutes.map(([name, programs]) => hasOneOf(programs, nameIn(manager, name))),
      ]);
      const pins = keys.flatMap((key) =>
        Object.entries(key.versions ?? {}).filter(([name]) => key.names.includes(name)),
      );
      if (mount === undefined && pins.length === 0) return query;
      return lines([
        sh`changing= installed=$(
${query}
)
printf '%s\n' "$installed"`,
        ...pins.map(([name, pin]) => printOffers(manager, nameIn(manager, name), pin, mount)),
        ...(mount === undefined ? [] : [judgeMount(manager, names, mount)]),
      ]);
    });
  },

  parse: (output) => {
    const printed = output.split('\n').filter((line) => line !== '');
    const installed = new Map(
      printed
        .filter((line) => /^[a-z0-9]/.test(line))
        .map((line) => {
          const [name = '', version = ''] = line.split(' ');
          return [name, version];
        }),
    );
    const mountRefused = refusalIn(printed) ?? unguardedIn(output);
    const offers = offersIn(printed);
    const have = { installed, ...(offers.size > 0 && { offers }), ...(mountRefused !== undefined && { mountRefused }) };
    return new Map([['packages', have]]);
  },

  diff: (want, have, around) => {
    const changes = changesOf(want, have, around);
    if (changes.length === 0) return undefined;
    const { displaces } = want;
    const displaced = displaces !== undefined && around?.activeUnits.has(displaces.unit) === true;
    return {
      action: changes.some(({ before }) => before === undefined) ? 'create' : 'update',
      disruptive: displaced || changes.some((change) => restartsUnit(change, want, around)),
      ...(displaced && { reason: displaces.reason }),
      fields: changes.map(({ name, before, after }) => ({ name, before, after })),
    };
  },

  refuse: (want, have, around) => {
    const changes = changesOf(want, have, around);
    return (
      changes.map((change) => refusalOf(change, want)).find((one) => one !== undefined) ??
      (changes.length > 0 ? have?.mountRefused : undefined)
    );
  },

  advice: (want) => want.advice,

  needs: () => PACKAGE_FOLDERS.map((folder) => ({ folder, runs: false })),

  steps: (want, diff, around) => {
    const manager = packageManagerOf(around?.platform);
    // Preflight rejects hosts without a supported package manager.
    if (manager === undefined) return [sh`echo 'no supported package manager' >&2; exit 1`];
    const wanted = diff.fields.map(({ name, before, after }): WantedPackage => {
      const own = nameIn(manager, name);
      if (after === undefined || after === INSTALLED) return { name: own };
      const downgrade = isOlder(after, before);
      return { name: own, version: after, ...(downgrade && { downgrade }) };
    });
    // Some have one package for what is several in Debian.
    const once = [...new Map(wanted.map((one) => [one.name, one])).values()];
    return [manager.install(once, want.localMount)];
  },
};

/** Prints the name of a package where the host has one of the programs. */
function hasOneOf(programs: readonly string[], name: string): Command {
  return sh`for program in ${programs}; do command -v "$program" >/dev/null && echo ${name} && break; done`;
}

/** A package to install, by Debian's name. */
interface PackageChange {
  readonly name: string;
  /** The installed version. */
  readonly before: string | undefined;
  /** `installed` for any version; a beginning of one ends with `*`. */
  readonly after: string;
  readonly offers?: Offers;
}

function changesOf(
  { names, versions = {} }: PackagesWant,
  have: PackagesHave | undefined,
  around: Surroundings | undefined,
): readonly PackageChange[] {
  const manager = packageManagerOf(around?.platform);
  return names.flatMap((name): readonly PackageChange[] => {
    const own = manager === undefined ? name : nameIn(manager, name);
    const before = have?.installed.get(own);
    const pin = versions[name];
    if (pin === undefined) return before === undefined ? [{ name, before, after: INSTALLED }] : [];
    if (before !== undefined && fitsPin(before, pin)) return [];
    const offers = have?.offers?.get(own);
    const fitting = offers?.versions.filter((version) => fitsPin(version, pin)) ?? [];
    const newest = fitting.toSorted(compareVersions).at(-1);
    return [{ name, before, after: newest ?? `${pin}*`, ...(offers !== undefined && { offers }) }];
  });
}

/** The version of a package after the change, by the name that the package manager has for it; undefined when it is not yet decided. */
export function plannedVersion(have: PackagesHave | undefined, name: string, pin: string): string | undefined {
  const installed = have?.installed.get(name);
  if (installed !== undefined && fitsPin(installed, pin)) return installed;
  const newest = have?.offers
    ?.get(name)
    ?.versions.filter((version) => fitsPin(version, pin))
    .toSorted(compareVersions)
    .at(-1);
  return newest ?? (/^(?:\d+:)?\d+\.\d+\.\d+/.test(pin) ? pin : undefined);
}

function restartsUnit(
  { name, before }: PackageChange,
  { restarts = {} }: PackagesWant,
  around?: Surroundings,
): boolean {
  const unit = restarts[name];
  return before !== undefined && unit !== undefined && around?.activeUnits.has(unit) !== false;
}

/** The beginning of a version may lack the epoch, and is then compared without it. */
function isOlder(after: string, before: string | undefined): before is string {
  if (before === undefined) return false;
  const open = after.endsWith('*') && !after.includes(':');
  return compareVersions(after.replace(/[*]$/, ''), open ? before.replace(/^\d+:/, '') : before) < 0;
}

/** Why the wanted version cannot be installed. */
function refusalOf({ name, before, after, offers }: PackageChange, { versions = {}, allowDowngrade }: PackagesWant) {
  const pin = versions[name];
  if (pin === undefined) return undefined;
  if (after.endsWith('*') && offers?.open === false) {
    const others = offers.versions.toSorted(compareVersions).toReversed();
    return {
      because: `no package source has ${name} ${pin}${others.length === 0 ? '' : `; on offer: ${others.join(', ')}`}`,
      hint: `Provide a package source with that version, or change packages.versions.${name} in the inventory.`,
    };
  }
  if (!isOlder(after, before) || allowDowngrade === true) return undefined;
  return {
    because: `${name} ${before} is installed, and ${after} would be a downgrade`,
    hint: `Set packages.allow_downgrade: true to install it, or change packages.versions.${name} in the inventory.`,
  };
}

/**
 * Unless the pinned version is installed: prints `+NAME VERSION` for each version that can be, `~NAME` where a source was
 * not read, and adds the package to `changing`.
 */
function printOffers(manager: PackageManager, name: string, pin: string, mount: PackageFolder | undefined): Command {
  return sh`case "\n$installed\n" in *"\n"${`${name} ${pin}`}"\n"* | *"\n"${`${name} ${pin}`}[!0-9]*) ;; *)
changing="$changing "${name}
echo ${`+${name}`}
{
${manager.versions(name, mount)}
} | while read -r version; do
case $version in unread) echo ${`~${name}`} ;; *) printf '+%s %s\\n' ${name} "$version" ;; esac
done ;;
esac`;
}

function offersIn(printed: readonly string[]): ReadonlyMap<string, Offers> {
  const found = new Map<string, { versions: Set<string>; open: boolean }>();
  for (const line of printed) {
    const [, sign, name = '', version] = /^([+~])(\S+)(?: (\S+))?$/.exec(line) ?? [];
    if (sign === undefined) continue;
    const offers = found.get(name) ?? { versions: new Set<string>(), open: false };
    if (version !== undefined) offers.versions.add(version);
    found.set(name, { ...offers, open: offers.open || sign === '~' });
  }
  return new Map([...found].map(([name, { versions, open }]) => [name, { versions: [...versions], open }]));
}

const OWNER_HINT =
  'Packages from packages.local_mount are installed as root. Make root the owner of that folder and its files and take write permission from others (chown -R root, chmod -R go-w), or remove packages.local_mount.';

const SIGNATURE_HINT =
  'Sign it with a key that the package manager of the host trusts, or set packages.local_mount to {path: FOLDER, trusted: true} if everything in the folder may be installed as root.';

/** `?FILE: REASON` for an owner, `#FILE` and a reason behind a tab for a signature. */
function refusalIn(printed: readonly string[]): Refusal | undefined {
  const owner = printed.find((line) => line.startsWith('?'))?.slice(1);
  if (owner !== undefined) return { because: owner, hint: OWNER_HINT };
  const [unsigned, reason] =
    printed
      .find((line) => line.startsWith('#'))
      ?.slice(1)
      .split('\t') ?? [];
  if (unsigned === undefined) return undefined;
  const because = `${unsigned} has no signature that the host trusts${reason === undefined || reason === '' ? '' : ` (${reason})`}`;
  return { because, hint: SIGNATURE_HINT };
}

function unguardedIn(output: string): Refusal | undefined {
  const because = [...parseUnguarded(output).values()][0]?.because;
  return because === undefined ? undefined : { because, hint: OWNER_HINT };
}

/** Examines the folder only when a package is to be installed: it may be a slow or dead mount. */
function judgeMount(manager: PackageManager, names: readonly string[], { path, trusted }: PackageFolder): Command {
  const printUnsigned = sh`[ -n "$unguarded$others" ] || (
set -- $changing
${manager.unsigned(path)}
) | sed 's/^/#/'`;
  return sh`for name in ${names}; do
case "\n$installed\n" in *"\n$name "* | *"\n$name\n"*) ;; *) changing="$changing $name" ;; esac
done
if [ -n "$changing" ]; then
${probeGuard([`${path}/Packages`])}
others=
[ -n "$unguarded" ] || others=$(find ${path}/ '(' ! -user 0 ! -user "$(id -u)" -o -perm -020 ! -group 0 -o -perm -002 ')' ! -type l | head -n 1)
[ -z "$others" ] || printf '?%s\\n' "$others belongs to another user, or others can write to it"
${trusted ? NOTHING : printUnsigned}
fi`;
}
