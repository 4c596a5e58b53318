import { debian11, debian12, debian13 } from './debian.ts';
import { busybox } from './busybox.ts';
import type { Distribution } from './distribution.ts';
import { openrc } from './openrc.ts';
import { pacman } from './pacman.ts';
import { rpm } from './rpm.ts';
import { zypper } from './zypper.ts';

/** What hosts of a lab can be. Add one by adding a file and a line. */
export const DISTRIBUTIONS: readonly Distribution[] = [
  debian11,
  debian12,
  debian13,
  rpm,
  zypper,
  pacman,
  openrc,
  busybox,
];

export function distributionNamed(id: string): Distribution | undefined {
  return DISTRIBUTIONS.find((one) => one.id === id);
}

/** The name of what hosts are unless another distribution is chosen for them: the release of this machine. */
export function baseDistribution(suite: string): string {
  return DISTRIBUTIONS.find((one) => one.suite === suite)?.id ?? `debian-${suite}`;
}
