import type { LabPaths } from './paths.ts';
import type { SeedSettings } from './seed.ts';
import type { LabKernel } from './state.ts';
import type { Topology } from './topology.ts';

/** A way to start the hosts, with everything that it needs built. */
export interface PreparedWay {
  readonly kernel: LabKernel;
  /** What is booted, in words: `User Mode Linux 7.2.7`. */
  readonly title: string;
  readonly settings: (paths: LabPaths) => Omit<SeedSettings, 'withoutPackages'>;
  /** Starts the hosts; the seed of the lab is in place. They need not answer yet when it returns. */
  readonly start: (paths: LabPaths, topology: Topology, signal: AbortSignal) => Promise<void>;
  /** How long the slowest host may take to answer, in milliseconds. */
  readonly patience: number;
}

/** What scripts in a guest kernel find where; see `guest-init`. The kernel is theirs, so hosts may do all with it. */
export const GUEST_SETTINGS: ReturnType<PreparedWay['settings']> = {
  work: '/run/lab',
  lower: '/',
  packages: '/mnt/Packages',
  modules: '/usr/lib/modules',
  capabilities: 'all',
  writable: 'yes',
};
