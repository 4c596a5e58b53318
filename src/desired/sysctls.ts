import type { Sysctl } from '../forwarding/forwarding.ts';
import type { SysctlWant } from '../resources/sysctl.ts';

/** The running values; the file below /etc/sysctl.d has the same for the next boot. */
export function sysctlWants(sysctls: readonly Sysctl[]): readonly SysctlWant[] {
  return sysctls.map(({ key, value, optional }) => ({ kind: 'sysctl', name: key, value, optional }));
}
