import type { Command } from '../remote/command.ts';
import { address } from './address.ts';
import { file } from './file.ts';
import { ipvs } from './ipvs.ts';
import { kernelModule } from './kernel-module.ts';
import { obsolete } from './obsolete-file.ts';
import { packages } from './packages.ts';
import { program } from './program.ts';
import type { Diff, Refusal, ResourceKind, Surroundings } from './resource.ts';
import { service } from './service.ts';
import { sysctl } from './sysctl.ts';

/** Every kind of thing that lvsctl keeps on a host. A new one is a file and a line here. */
const TABLE = { packages, module: kernelModule, program, file, sysctl, service, obsolete, address, ipvs };

export type Kind = keyof typeof TABLE;

/** What a thing must be, by its kind. */
type Wants = { readonly [K in Kind]: Parameters<(typeof TABLE)[K]['diff']>[0] };

/** What a thing is, by its kind. */
type Haves = { readonly [K in Kind]: NonNullable<Parameters<(typeof TABLE)[K]['diff']>[1]> };

/** The key of an observed thing, by its kind. */
type Keys = { readonly [K in Kind]: Parameters<(typeof TABLE)[K]['probe']>[0][number] };

export const KINDS: { readonly [K in Kind]: ResourceKind<Wants[K], Haves[K], Keys[K]> } = TABLE;

/** In the order in which they are probed. */
export const KIND_NAMES: readonly Kind[] = Object.keys(TABLE).filter((name): name is Kind => name in TABLE);

/** One thing as it must be. */
export type Want = Wants[Kind];

/** What is observed on a host, by kind. */
export type Watched = { readonly [K in Kind]: readonly Keys[K][] };

/** Of each kind no more than its probe prints without keys. */
export const WATCH_NOTHING = Object.fromEntries(KIND_NAMES.map((kind) => [kind, []])) as unknown as Watched;

/** What a host has of each kind, by key. */
export type Have = { readonly [K in Kind]: ReadonlyMap<string, Haves[K]> };

/** What prints what there is of each kind. */
export function probesOf(watched: Watched): readonly (readonly [Kind, Command])[] {
  const probe = <K extends Kind>(kind: K): readonly [K, Command] => [kind, KINDS[kind].probe(watched[kind])];
  return KIND_NAMES.map(probe);
}

/** Reads what the probes of all kinds printed. */
export function parseHave(output: (kind: Kind) => string): Have {
  // Object.fromEntries loses which value belongs to which key.
  return Object.fromEntries(KIND_NAMES.map((kind) => [kind, KINDS[kind].parse(output(kind))])) as unknown as Have;
}

/** A want with the functions of its kind. */
export interface Resource {
  readonly kind: Kind;
  /** Names it on its host. */
  readonly key: string;
  readonly secrets: readonly string[];
  readonly advice: string | undefined;
  /** Keys of other things on the host whose change it has to take up. */
  readonly dependsOn: readonly string[];
  /** undefined: it is as it must be. */
  diff(have: Have, around: Surroundings): Diff | undefined;
  refuse(have: Have, around: Surroundings): Refusal | undefined;
  /** @param changed keys of the things that it depends on and that change */
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
    diff: (have, around) => kind.diff(want, have[name].get(key), around),
    refuse: (have, around) => kind.refuse?.(want, have[name].get(key), around),
    followUp: (own, changed) => (kind.followUp === undefined ? own : kind.followUp(want, own, changed)),
    steps: (diff, around) => kind.steps(want, diff, around),
  };
}

/** A thing for a person; one that is the only one of its kind needs no key. */
export function titleOf(kind: Kind, key: string): string {
  return key === kind ? kind : `${kind} ${key}`;
}
