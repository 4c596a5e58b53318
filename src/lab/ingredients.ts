import type { DebianSources } from './apt-sources.ts';
import { baseSystem } from './base.ts';
import { offlinePackages } from './packages.ts';

/** What a way of starting a lab builds from, and tells as it goes. */
export interface Workshop {
  /** The folder of everything that is built once. */
  readonly cache: string;
  /** Whether apt may change this machine: install what is missing, fetch its package lists. */
  readonly install: boolean;
  readonly report: (line: string) => void;
  readonly signal: AbortSignal;
}

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
export async function hostIngredients(workshop: Workshop, sources: DebianSources): Promise<HostIngredients> {
  const base = await baseSystem(workshop, sources);
  return { base, packages: await offlinePackages(workshop, base, sources) };
}
