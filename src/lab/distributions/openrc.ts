import { COMMON_PACKAGES, type Distribution, OFFLINE_PACKAGES, SYSVINIT_PACKAGES } from './distribution.ts';

/** OpenRC below sysvinit's PID 1, with apt: OpenRC as Debian has it. */
export const openrc: Distribution = {
  id: 'openrc',
  title: "OpenRC and apt on Debian's files",
  init: 'openrc',
  packages: [...SYSVINIT_PACKAGES, 'openrc', ...COMMON_PACKAGES],
  offline: OFFLINE_PACKAGES,
  setup: ['distributions/sysvinit', 'distributions/openrc'],
};
