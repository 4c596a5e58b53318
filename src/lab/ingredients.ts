import { readDebianSources, type DebianSources } from './apt-sources.ts';
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

/** What every lab has, on any kernel. */
export interface Ingredients {
  readonly sources: DebianSources;
  readonly base: string;
  readonly packages: string;
}

/** Builds or finds the hosts' base system and their packages. */
export async function hostIngredients(workshop: Workshop, sources: DebianSources): Promise<Ingredients> {
  const base = await baseSystem(workshop, sources);
  return { sources, base, packages: await offlinePackages(workshop, base, sources) };
}

/**
 * Hosts' ingredients and a guest's kernel at the same time; when one fails the other is stopped as well.
 */
export async function withKernel<Kernel>(
  workshop: Workshop,
  kernel: (workshop: Workshop, sources: DebianSources) => Promise<Kernel>,
): Promise<readonly [Ingredients, Kernel]> {
  const stop = new AbortController();
  const both = { ...workshop, signal: AbortSignal.any([workshop.signal, stop.signal]) };
  const sources = await readDebianSources(workshop);
  const work = [hostIngredients(both, sources), kernel(both, sources)] as const;
  try {
    return await Promise.all(work);
  } catch (error) {
    stop.abort();
    await Promise.allSettled(work);
    throw error;
  }
}
