import type { PackageManager } from '../platforms/package-manager.ts';
import { nameIn, packageManagerOf } from '../platforms/package-managers.ts';
import { firstMatch } from '../platforms/first-match.ts';
import { ALL_PLATFORMS } from '../platforms/platforms.ts';
import { lines, sh } from '../remote/command.ts';
import { saneLines, wordsOf } from '../text/lines.ts';
import type { Left, ResourceKind, Surroundings } from './resource.ts';

/** Packages that were not there before lvsctl, by Debian's names. Those that others need stay. */
export interface AbsentPackagesWant {
  readonly kind: 'absent-packages';
  readonly names: readonly string[];
}

/** Names are those of the package manager. */
export interface AbsentPackagesHave {
  /** Version by name. */
  readonly installed: ReadonlyMap<string, string>;
  /** Names of the packages that need one. */
  readonly neededBy: ReadonlyMap<string, readonly string[]>;
}

const KEY = 'packages';

/** Names of more packages would fill a message. */
const MOST_NAMED = 5;

const REASON = 'their configuration files and what they brought along stay';

/** Removed in one transaction. Their configuration files and what they brought along stay. */
export const absentPackages: ResourceKind<AbsentPackagesWant, AbsentPackagesHave, readonly string[]> = {
  kind: 'absent-packages',
  wave: 'turn',
  backup: false,
  recorded: false,
  summary: 'values',
  verifiedBy: 'configuration',

  key: () => KEY,

  probe: (keys, { packageManagers } = ALL_PLATFORMS) =>
    keys.flat().length === 0
      ? sh`:`
      : firstMatch(packageManagers, (manager) => {
          const names = keys.flat().map((name) => nameIn(manager, name));
          return lines([
            sh`installed=$(
${manager.query(names)}
)
printf '%s\\n' "$installed" | sed 's/^/=/'
[ -z "$installed" ] || (`,
            manager.neededBy(names),
            sh`) | sed 's/^/</'`,
          ]);
        }),

  parse: (output) => {
    const installed = new Map<string, string>();
    const neededBy = new Map<string, readonly string[]>();
    for (const line of saneLines(output)) {
      const [name = '', other = ''] = wordsOf(line.slice(1));
      if (name === '') continue;
      if (line.startsWith('=')) installed.set(name, other);
      else if (line.startsWith('<') && other !== name) neededBy.set(name, [...(neededBy.get(name) ?? []), other]);
    }
    return installed.size === 0 ? new Map() : new Map([[KEY, { installed, neededBy }]]);
  },

  diff: (want, have, around) => {
    const { removed } = judge(want, have, around);
    if (removed.length === 0) return undefined;
    const fields = removed.map(({ name, own }) => ({ name, before: have?.installed.get(own), after: undefined }));
    return { action: 'remove', disruptive: false, reason: REASON, fields };
  },

  leaves: (want, have, around) =>
    judge(want, have, around).kept.map(({ name, others }): Left => {
      const named = others.slice(0, MOST_NAMED).join(', ');
      return {
        because: `${name} stays, because other packages need it: ${named}${others.length > MOST_NAMED ? ' …' : ''}`,
        needsRecord: false,
      };
    }),

  steps: (_want, diff, around) => {
    const manager = packageManagerOf(around?.platform);
    if (manager === undefined) return [sh`echo 'no supported package manager' >&2; exit 1`];
    return [manager.remove(diff.fields.map(({ name }) => nameIn(manager, name)))];
  },
};

interface Named {
  /** Debian's. */
  readonly name: string;
  /** The package manager's. */
  readonly own: string;
}

interface Judged {
  readonly removed: readonly Named[];
  readonly kept: readonly (Named & { readonly others: readonly string[] })[];
}

/** A package stays when one needs it that stays. */
function judge({ names }: AbsentPackagesWant, have: AbsentPackagesHave | undefined, around?: Surroundings): Judged {
  const manager: Pick<PackageManager, 'names'> = packageManagerOf(around?.platform) ?? { names: {} };
  let removed: readonly Named[] = names
    .map((name) => ({ name, own: nameIn(manager, name) }))
    .filter(({ own }) => have?.installed.has(own) === true);
  const kept: Judged['kept'][number][] = [];
  for (;;) {
    const going = new Set(removed.map(({ own }) => own));
    const needed = removed.flatMap((one) => {
      const others = have?.neededBy.get(one.own)?.filter((other) => !going.has(other)) ?? [];
      return others.length === 0 ? [] : [{ ...one, others: [...new Set(others)] }];
    });
    if (needed.length === 0) return { removed, kept };
    kept.push(...needed);
    removed = removed.filter(({ own }) => needed.every((one) => one.own !== own));
  }
}
