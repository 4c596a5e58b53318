import type { LabKernel } from './state.ts';

export interface LabOptions {
  /** Labs of different names run side by side. */
  readonly name: string;
  readonly kernel: LabKernel | 'auto';
  /** Whether apt may install what is missing on this machine. */
  readonly install: boolean;
  /** Hosts that get no package source at all, as on a network where nothing can be installed. */
  readonly withoutPackages?: readonly string[];
  /** Lets the kernel `host` start without ip_vs: enough to test all of the lab but IPVS. */
  readonly evenWithoutIpvs?: boolean;
}
