import type { Platforms } from '../platforms/platforms.ts';
import type { Command } from '../remote/command.ts';
import { absentPackages } from './absent-packages.ts';
import { address } from './address.ts';
import { boolean } from './boolean.ts';
import { built } from './built.ts';
import { bundle } from './bundle.ts';
import { file } from './file.ts';
import { firewall } from './firewall.ts';
import { formerFile } from './former-file.ts';
import { formerService } from './former-service.ts';
import { ipvs } from './ipvs.ts';
import { kernelModule } from './kernel-module.ts';
import { obsolete } from './obsolete-file.ts';
import { ownFolder } from './own-folder.ts';
import { packages } from './packages.ts';
import { program } from './program.ts';
import type { Build, Diff, FolderNeed, Left, Refusal, ResourceKind, Surroundings, Upload } from './resource.ts';
import { script } from './script.ts';
import { service } from './service.ts';
import { sysctl } from './sysctl.ts';

/** All kinds of resources. A new kind is one file and one line here. */
const TABLE = {
  bundle,
  packages,
  built,
  module: kernelModule,
  program,
  file,
  sysctl,
  boolean,
  service,
  script,
  firewall,
  obsolete,
  address,
  ipvs,
  'former-file': formerFile,
  'former-service': formerService,
  'absent-packages': absentPackages,
  'own-folder': ownFolder,
};

export type Kind = keyof typeof TABLE;

/** The wanted state of a resource, by kind. */
type Wants = { readonly [K in Kind]: Parameters<(typeof TABLE)[K]['diff']>[0] };

/** The observed state of a resource, by kind. */
type Haves = { readonly [K in Kind]: NonNullable<Parameters<(typeof TABLE)[K]['diff']>[1]> };

/** The key of an observed resource, by kind. */
type Keys = { readonly [K in Kind]: Parameters<(typeof TABLE)[K]['probe']>[0][number] };

export const KINDS: { readonly [K in Kind]: ResourceKind<Wants[K], Haves[K], Keys[K]> } = TABLE;

/** In probing order. */
export const KIND_NAMES: readonly Kind[] = Object.keys(TABLE).filter((name): name is Kind => name in TABLE);

/** The wanted state of one resource. */
export type Want = Wants[Kind];

/** The keys to observe on a host, by kind. */
export type Watched = { readonly [K in Kind]: readonly Keys[K][] };

/** No keys: each probe prints only what it prints without any. */
export const WATCH_NOTHING = Object.fromEntries(KIND_NAMES.map((kind) => [kind, []])) as unknown as Watched;

/** The observed resources of a host, by kind and key. */
export type Have = { readonly [K in Kind]: ReadonlyMap<string, Haves[K]> };

/** The probes of all kinds. */
export function probesOf(watched: Watched, platforms?: Platforms): readonly (readonly [Kind, Command])[] {
  const probe = <K extends Kind>(kind: K): readonly [K, Command] => [kind, KINDS[kind].probe(watched[kind], platforms)];
  return KIND_NAMES.map(probe);
}

/** Parses the output of all probes. */
export function parseHave(output: (kind: Kind) => string): Have {
  // Object.fromEntries loses the type of each key.
  return Object.fromEntries(KIND_NAMES.map((kind) => [kind, KINDS[kind].parse(output(kind))])) as unknown as Have;
}

/** A want bound to the functions of its kind. */
export interface Resource {
  readonly kind: Kind;
  /** Unique on the host within the kind. */
  readonly key: string;
  readonly secrets: readonly string[];
  readonly advice: string | undefined;
  /** Keys of other resources on the host whose changes it depends on. */
  readonly dependsOn: readonly string[];
  /** Undefined without drift. */
  diff(have: Have, around: Surroundings): Diff | undefined;
  refuse(have: Have, around: Surroundings): Refusal | undefined;
  leaves(have: Have, around: Surroundings): readonly Left[];
  needs(diff: Diff): readonly FolderNeed[];
  uploads(have: Have): readonly Upload[];
  readonly build: Build | undefined;
  /** @param changed keys of changing resources that it depends on */
  followUp(own: Diff | undefined, changed: ReadonlySet<string>): Diff | undefined;
  steps(diff: Diff, around: Surroundings): readonly Command[];
}

export function resourceOf(want: Want): Resource {
  return bind(want.kind, want);
}

function bind<K extends Kind>(name: K, want: Wants[K]): Resource {
  const kind = KINDS[name];
  const key = kind.key(want);
  return {
    kind: name,
    key,
    secrets: kind.secrets?.(want) ?? [],
    advice: kind.advice?.(want),
    dependsOn: kind.dependsOn?.(want) ?? [],
    build: kind.build?.(want),
    diff: (have, around) => kind.diff(want, have[name].get(key), around),
    refuse: (have, around) => kind.refuse?.(want, have[name].get(key), around),
    leaves: (have, around) => kind.leaves?.(want, have[name].get(key), around) ?? [],
    needs: (diff) => kind.needs?.(want, diff) ?? [],
    uploads: (have) => kind.uploads?.(want, have[name].get(key)) ?? [],
    followUp: (own, changed) => (kind.followUp === undefined ? own : kind.followUp(want, own, changed)),
    steps: (diff, around) => kind.steps(want, diff, around),
  };
}

/** The name of a resource in messages; the key is omitted when it equals the kind. */
export function titleOf(kind: Kind, key: string): string {
  return key === kind ? kind : `${kind} ${key}`;
}
