import type { Cluster } from '../inventory/cluster.ts';
import type { BuiltProgram, Tarball } from '../inventory/package-sources.ts';
import type { ClusterState, HostState } from '../observe/cluster-state.ts';
import { initSystemOf } from '../platforms/init-systems.ts';
import { packageManagerOf } from '../platforms/package-managers.ts';
import { releaseName } from '../platforms/release.ts';
import type { Build } from '../resources/resource.ts';

/** Why nothing is built for a host, as a phrase. */
export interface NoBuild {
  readonly why: string;
  readonly hint: string;
}

/** How a program is built for a host: on itself or on one that is like it. */
export function buildFor(
  { packages: { source, localMount } }: Cluster,
  { hosts }: ClusterState,
  state: HostState,
  program: BuiltProgram,
): Build | NoBuild | undefined {
  const tarball = source?.tarballs.find((one) => one.program === program);
  if (source === undefined || tarball === undefined) return undefined;
  const name = `the tarball of ${program}`;
  const platform = platformOf(state);
  if (platform === undefined)
    return { why: `${name} cannot be built for a host whose platform is not known`, hint: 'Use the agent there.' };
  if (initSystemOf(state.facts.initSystem)?.unitFiles.templates.keepalived === undefined)
    return { why: `${name} cannot be used with this init system`, hint: 'Use the agent there.' };
  const builders = source.buildOn.flatMap((one) => hosts.get(one) ?? []);
  const builder = builders.find((one) => platformOf(one) === platform);
  const manager = builder && packageManagerOf(builder.facts.platform);
  if (builder === undefined || manager?.buildPackages === undefined) {
    const others = builders.map((one) => `${one.host} is ${platformOf(one) ?? 'of no known platform'}`);
    const why = `nothing builds ${name} for ${platform}${others.length === 0 ? '' : `: ${others.join(', ')}`}`;
    return { why, hint: 'Name a host of that platform with packages.source.build_on.' };
  }
  const recipe = recipeOf(tarball, platform);
  return {
    ...tarball,
    recipe,
    name: `${program}-${tarball.version}-${fingerprint(recipe)}`,
    on: builder.host,
    platform: manager.id,
    packages: manager.buildPackages,
    localMount,
    tarball,
  };
}

/** Hosts of one platform run each other's programs: distribution, release, machine and init system are the same. */
function platformOf({ facts }: HostState): string | undefined {
  const { release, initSystem } = facts;
  return release === undefined || initSystem === undefined ? undefined : `${releaseName(release)}-${initSystem}`;
}

function recipeOf({ program, version, sha256, path, configure }: Tarball, platform: string): string {
  return [`${program} ${version}`, sha256 ?? path, platform, ...configure].join(' ');
}

/** FNV-1a with 64 bits: it keeps names apart, and protects nothing. */
function fingerprint(text: string): string {
  let hash = 0xcbf2_9ce4_8422_2325n;
  for (const byte of new TextEncoder().encode(text))
    hash = ((hash ^ BigInt(byte)) * 0x100_0000_01b3n) & 0xffff_ffff_ffff_ffffn;
  return hash.toString(16).padStart(16, '0');
}

export function isBuild(one: Build | NoBuild | undefined): one is Build {
  return one !== undefined && 'recipe' in one;
}
