import type { LabPaths } from './paths.ts';
import type { WayIngredients } from './ingredients.ts';
import type { SeedSettings } from './seed.ts';
import type { LabKernel } from './state.ts';
import type { Topology } from './topology.ts';

/** A way to start the hosts, with everything that it needs built. */
export interface PreparedWay {
  readonly kernel: LabKernel;
  /** What is booted, in words: `User Mode Linux 7.2.7`. */
  readonly title: string;
  readonly settings: (paths: LabPaths) => WaySettings;
  /** Starts the hosts; the seed of the lab is in place. They need not answer yet when it returns. */
  readonly start: (paths: LabPaths, topology: Topology, signal: AbortSignal) => Promise<void>;
  /** How long the slowest host may take to answer, in milliseconds. */
  readonly patience: number;
}

/** The settings of the scripts that depend on how the hosts are started. */
export type WaySettings = Omit<SeedSettings, 'withoutPackages' | 'distributions'>;

/** Letter of the first disk of a distribution; those before it are the same in every guest. */
const FIRST_LETTER = 'e'.charCodeAt(0);

/** What scripts in a guest kernel find where; see `guest-init`. The kernel is theirs, so hosts may do all with it. */
export function guestSettings({ base, distributions }: Pick<WayIngredients, 'base' | 'distributions'>): WaySettings {
  const folder = (id: string): string => `/run/distributions/${id}`;
  const others = distributions.map(({ distribution: { id, init } }) => {
    const system = { init, root: `${folder(id)}/root`, packages: `${folder(id)}/packages` };
    return [id, system] as const;
  });
  return {
    work: '/run/lab',
    base,
    systems: Object.fromEntries([[base, { init: 'systemd', root: '/', packages: '/mnt/Packages' }], ...others]),
    disks: distributions.map(({ distribution: { id } }, index) => ({
      folder: folder(id),
      letter: String.fromCharCode(FIRST_LETTER + index),
    })),
    modules: '/usr/lib/modules',
    capabilities: 'all',
    writable: 'yes',
  };
}
