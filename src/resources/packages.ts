import { sh } from '../remote/command.ts';
import { PLATFORMS, platformOf } from './platforms/platform.ts';
import type { ResourceKind } from './resource.ts';

/** All packages of a host are one want, because they are one transaction. */
export interface PackagesWant {
  readonly kind: 'packages';
  readonly names: readonly string[];
  readonly localMount: string | undefined;
  /** As the facts tell it; undefined while it is not known. */
  readonly platform: string | undefined;
  /** Set where clients can notice the installation, with the reason. */
  readonly feltBecause?: string;
}

export interface PackagesHave {
  readonly installed: ReadonlySet<string>;
}

/** Packages that must be there; the version that is there is left as it is. */
export const packages: ResourceKind<PackagesWant, PackagesHave> = {
  kind: 'packages',

  key: () => 'packages',

  probe: (wants) => {
    const names = wants.flatMap((want) => want.names);
    const branches = PLATFORMS.map(
      (platform, index) => sh`${index === 0 ? sh`if` : sh`elif`} ${platform.detect}; then
${names.length === 0 ? sh`:` : platform.query(names)}
`,
    );
    return sh`${branches.reduce((all, branch) => sh`${all}${branch}`)}fi`;
  },

  parse: (output) => {
    const installed = new Set(output.split('\n').filter((line) => line !== ''));
    return new Map([['packages', { installed }]]);
  },

  diff: (want, have) => {
    const missing = want.names.filter((name) => have?.installed.has(name) !== true);
    if (missing.length === 0) return undefined;
    return {
      action: 'create',
      disruptive: want.feltBecause !== undefined,
      ...(want.feltBecause !== undefined && { reason: want.feltBecause }),
      fields: missing.map((name) => ({ name, before: undefined, after: 'installed' })),
    };
  },

  steps: (want, diff) => {
    const platform = platformOf(want.platform);
    // A host without a known package manager is refused before it comes to this.
    if (platform === undefined) return [sh`echo 'no package manager that lvsctl knows' >&2; exit 1`];
    return [
      platform.install(
        diff.fields.map((field) => field.name),
        want.localMount,
      ),
    ];
  },
};
