import { firstMatch } from '../platforms/first-match.ts';
import { nameIn, packageManagerOf } from '../platforms/package-managers.ts';
import { ALL_PLATFORMS } from '../platforms/platforms.ts';
import { type Command, NOTHING, lines, sh } from '../remote/command.ts';
import { parseUnguarded, probeGuard } from './guarded-path.ts';
import type { Refusal, ResourceKind, Surroundings } from './resource.ts';

/** Packages to probe. */
export interface PackagesKey {
  readonly names: readonly string[];
  /** A local folder that packages may be installed from. */
  readonly localMount: string | undefined;
  /** Programs by package: a package counts as installed where one of them is, however it got there. */
  readonly unless?: Readonly<Record<string, readonly string[]>>;
}

/** All packages of a host are one want, because they are installed in one transaction. */
export interface PackagesWant extends PackagesKey {
  readonly kind: 'packages';
  /** A unit that the installation stops; this disrupts traffic while the unit is running. */
  readonly displaces?: { readonly unit: string; readonly reason: string };
  /** The fix when they cannot be installed, as a sentence. */
  readonly advice?: string;
}

export interface PackagesHave {
  readonly installed: ReadonlySet<string>;
  /** Why the local folder is not trusted, if it was examined. */
  readonly mountRefused?: Refusal;
}

/** Packages that must be installed, in any version. */
export const packages: ResourceKind<PackagesWant, PackagesHave, PackagesKey> = {
  kind: 'packages',
  wave: 'turn-if-disruptive',
  backup: false,
  summary: 'names',
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
      return mount === undefined ? query : withMount(query, names, mount);
    });
  },

  parse: (output) => {
    const printed = output.split('\n').filter((line) => line !== '');
    const installed = new Set(printed.filter((line) => /^[a-z0-9]/.test(line)));
    const because =
      printed.find((line) => line.startsWith('?'))?.slice(1) ?? [...parseUnguarded(output).values()][0]?.because;
    const mountRefused = because === undefined ? undefined : { because, hint: MOUNT_HINT };
    return new Map([['packages', { installed, ...(mountRefused !== undefined && { mountRefused }) }]]);
  },

  diff: (want, have, around) => {
    const missing = missingOf(want, have, around);
    if (missing.length === 0) return undefined;
    const { displaces } = want;
    const displaced = displaces !== undefined && around?.activeUnits.has(displaces.unit) === true;
    return {
      action: 'create',
      disruptive: displaced,
      ...(displaced && { reason: displaces.reason }),
      fields: missing.map((name) => ({ name, before: undefined, after: 'installed' })),
    };
  },

  refuse: (want, have, around) => (missingOf(want, have, around).length > 0 ? have?.mountRefused : undefined),

  advice: (want) => want.advice,

  steps: (want, diff, around) => {
    const manager = packageManagerOf(around?.platform);
    // Preflight rejects hosts without a supported package manager.
    if (manager === undefined) return [sh`echo 'no supported package manager' >&2; exit 1`];
    return [
      manager.install(
        diff.fields.map((field) => nameIn(manager, field.name)),
        want.localMount,
      ),
    ];
  },
};

/** Prints the name of a package where the host has one of the programs. */
function hasOneOf(programs: readonly string[], name: string): Command {
  return sh`for program in ${programs}; do command -v "$program" >/dev/null && echo ${name} && break; done`;
}

/** Names as in Debian. */
function missingOf({ names }: PackagesWant, have: PackagesHave | undefined, around: Surroundings | undefined) {
  const manager = packageManagerOf(around?.platform);
  return names.filter((name) => have?.installed.has(manager === undefined ? name : nameIn(manager, name)) !== true);
}

const MOUNT_HINT =
  'Packages from packages.local_mount are installed as root. Make root the owner of that folder and its files and take write permission from others (chown -R root, chmod -R go-w), or remove packages.local_mount.';

/** Examines the folder only when a package is missing: it may be a slow or dead mount. */
function withMount(query: Command, names: readonly string[], mount: string): Command {
  return sh`installed=$(
${query}
)
printf '%s\\n' "$installed"
for name in ${names}; do
case "\n$installed\n" in *"\n$name\n"*) continue ;; esac
${probeGuard([`${mount}/Packages`])}
[ -n "$unguarded" ] || find ${mount}/ '(' ! -user 0 ! -user "$(id -u)" -o -perm -020 ! -group 0 -o -perm -002 ')' ! -type l | {
IFS= read -r file && printf '?%s\\n' "$file belongs to another user, or others can write to it"
}
break
done`;
}
