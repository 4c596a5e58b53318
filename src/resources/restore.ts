import { afterwardsOf } from '../platforms/init-systems.ts';
import type { PackageFolder } from '../platforms/package-manager.ts';
import { OWN_FOLDER } from './own-folder.ts';
import type { Kind, Want, Watched } from './kinds.ts';

/** The former values of the fields of a resource; undefined where there was nothing, `true` for a text. */
export interface Former {
  readonly key: string;
  /** In the order in which they were first changed. */
  readonly fields: ReadonlyMap<string, string | true | undefined>;
}

/** Facts that say how something is restored. */
export interface RestoreContext {
  /** Scripts that undo what they did when they are run with `stop`. */
  readonly scripts: ReadonlySet<string>;
  /** The script that keeps rules in the firewall, and its unit. */
  readonly firewall: { readonly path: string; readonly unit: string };
  /** Units whose stop disrupts traffic. */
  readonly engines: ReadonlySet<string>;
  /** Units by the file that they read. */
  readonly readers: ReadonlyMap<string, string>;
  /** Where former versions of packages may be. */
  readonly localMount: PackageFolder | undefined;
}

/**
 * When something is restored: what runs is stopped before its files go, and what ran before lvsctl starts when its files
 * are back. Addresses go while ARP is still silent about them, and what lvsctl keeps for itself when nothing is left to do.
 */
export const TURNS = ['stop', 'address', 'remove', 'sysctl', 'package', 'restore', 'start', 'forget'] as const;

/** A former state as a want, and what has to be observed for it. */
export interface Restored {
  readonly turn: (typeof TURNS)[number];
  readonly want: Want;
  readonly watch: Partial<Watched>;
}

type Restore = (former: Former, context: RestoreContext) => readonly Restored[];

/** Has no state that is worth going back to, or goes with another resource. */
const NOTHING: Restore = () => [];

/** Removes what lvsctl keeps for itself. */
export const FORGET: Restored = {
  turn: 'forget',
  want: { kind: 'own-folder' },
  watch: { 'own-folder': ['own-folder'] },
};

/**
 * How the former state of each kind is wanted again. A new kind is a line here; one that is not recorded, or that has no
 * former state, restores nothing.
 */
export const RESTORE: { readonly [K in Kind]: Restore } = {
  packages: ({ fields }, { localMount }) => {
    const absent = [...fields].flatMap(([name, value]) => (value === undefined ? [name] : []));
    const versions = Object.fromEntries([...fields].filter(([, value]) => typeof value === 'string')) as Readonly<
      Record<string, string>
    >;
    const names = Object.keys(versions);
    const key = { names, versions, localMount };
    return [
      ...(absent.length === 0
        ? []
        : [
            {
              turn: 'package',
              want: { kind: 'absent-packages', names: absent },
              watch: { 'absent-packages': [absent] },
            } as const,
          ]),
      ...(names.length === 0
        ? []
        : [
            {
              turn: 'package',
              want: { kind: 'packages', ...key, allowDowngrade: true },
              watch: { packages: [key] },
            } as const,
          ]),
    ];
  },

  program: formerPath,
  file: formerPath,

  sysctl: ({ key, fields }) => {
    const value = fields.get('value');
    // A parameter that did not exist belongs to a module, which stays.
    if (typeof value !== 'string') return [];
    return [{ turn: 'sysctl', want: { kind: 'sysctl', name: key, value, optional: true }, watch: { sysctl: [key] } }];
  },

  boolean: ({ key, fields }) => {
    const value = fields.get('value');
    if (value !== 'on' && value !== 'off') return [];
    return [{ turn: 'sysctl', want: { kind: 'boolean', name: key, value }, watch: { boolean: [key] } }];
  },

  service: ({ key, fields }, { engines }) => {
    const enabled = fields.has('enabled') ? fields.get('enabled') === 'yes' : undefined;
    const active = fields.has('active') ? !STOPPED.has(fields.get('active')) : undefined;
    if (enabled === undefined && active === undefined) return [];
    return [
      {
        turn: active === true ? 'start' : 'stop',
        want: {
          kind: 'former-service',
          unit: key,
          ...(enabled !== undefined && { enabled }),
          ...(active !== undefined && { active }),
          reloadOn: [],
          disruptive: engines.has(key),
        },
        watch: { 'former-service': [key] },
      },
    ];
  },

  firewall: (_former, { firewall }) => [
    { turn: 'stop', want: { kind: 'firewall', ...firewall, accepts: [] }, watch: { firewall: [firewall.path] } },
  ],

  address: ({ key, fields }) => {
    const [bare = '', device = ''] = key.split(' ');
    const former = fields.get('address');
    // Of several prefix lengths the first is restored.
    const address = typeof former === 'string' ? (former.split(' ', 1)[0] ?? '') : bare;
    const reason = 'as before lvsctl';
    return [
      {
        turn: former === undefined ? 'address' : 'restore',
        want: { kind: 'address', address, device, present: former !== undefined, reason },
        watch: {},
      },
    ];
  },

  built: ({ key, fields }) =>
    fields.get('version') === undefined && fields.has('version')
      ? [{ turn: 'remove', want: { kind: 'built', program: key, build: undefined }, watch: { built: [key] } }]
      : [],

  // Loaded modules are harmless, and others may use them by now.
  module: NOTHING,
  // It goes with the folder of lvsctl.
  bundle: NOTHING,
  // The unit that starts it stops it.
  script: NOTHING,
  obsolete: NOTHING,
  // The engine empties its table when it stops.
  ipvs: NOTHING,
  'former-file': NOTHING,
  'former-service': NOTHING,
  'absent-packages': NOTHING,
  'own-folder': NOTHING,
};

/** Former values of `active`. */
const STOPPED: ReadonlySet<unknown> = new Set([undefined, 'inactive', 'failed', 'deactivating']);

/** The first field that was changed says whether there was a file: later ones may be of what lvsctl created. */
function formerPath({ key: path, fields }: Former, { scripts, readers }: RestoreContext): readonly Restored[] {
  if (path.startsWith(`${OWN_FOLDER}/`)) return [];
  const existed = [...fields.values()][0] !== undefined;
  const afterwards = afterwardsOf(path);
  const reader = existed ? readers.get(path) : undefined;
  return [
    {
      turn: existed ? 'restore' : 'remove',
      want: {
        kind: 'former-file',
        path,
        existed,
        ...(scripts.has(path) && !existed && { beforehand: ['stop'] }),
        ...(afterwards !== undefined && { afterwards }),
      },
      watch: { 'former-file': [path] },
    },
    ...(reader === undefined
      ? []
      : [
          {
            turn: 'start',
            want: { kind: 'former-service', unit: reader, reloadOn: [path], disruptive: false },
            watch: { 'former-service': [reader] },
          } as const,
        ]),
  ];
}
