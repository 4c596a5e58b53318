import type { BuildContext } from '../toolbox/build-context.ts';
import type { DebianSources } from '../toolbox/apt-sources.ts';
import { baseSystem } from './base.ts';
import { offlinePackages } from './packages.ts';

/** The system and the packages of the hosts, which every lab has, on any kernel. */
export interface HostIngredients {
  readonly base: string;
  readonly packages: string;
}

/** What one way of starting gets: it can fetch a kernel while the hosts' ingredients are still being built. */
export interface WayIngredients {
  readonly sources: DebianSources;
  readonly hosts: Promise<HostIngredients>;
}

/** Builds or finds the hosts' base system and their packages. */
export async function hostIngredients(context: BuildContext, sources: DebianSources): Promise<HostIngredients> {
  const base = await baseSystem(context, sources);
  return { base, packages: await offlinePackages(context, base, sources) };
}
