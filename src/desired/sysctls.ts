import type { Sysctl } from '../forwarding/forwarding.ts';
import { FORMER_SYSCTL_FILE } from '../render/names.ts';
import type { ObsoleteFileWant } from '../resources/obsolete-file.ts';
import type { SysctlWant } from '../resources/sysctl.ts';

/** The running values; the file below /etc/sysctl.d has the same for the next boot. */
export function sysctlWants(sysctls: readonly Sysctl[]): readonly SysctlWant[] {
  return sysctls.map(({ key, value, optional }) => ({ kind: 'sysctl', name: key, value, optional }));
}

/** The file of an earlier release, which others of the distribution overruled. */
export const FORMER_SYSCTLS: ObsoleteFileWant = {
  kind: 'obsolete',
  path: FORMER_SYSCTL_FILE,
  reason: 'the sysctls are in a file that is read last',
  marked: true,
};
