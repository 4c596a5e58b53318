import { COMMON_PACKAGES, type Distribution, OFFLINE_PACKAGES } from './distribution.ts';

/** OpenRC below sysvinit's PID 1, with apt: OpenRC as Debian has it. */
export const openrc: Distribution = {
  id: 'openrc',
  title: "OpenRC and apt on Debian's files",
  init: 'openrc',
  packages: ['sysvinit-core', 'initscripts', 'insserv', 'openrc', ...COMMON_PACKAGES],
  offline: OFFLINE_PACKAGES,
  setup: ['distributions/sysvinit', 'distributions/openrc'],
};
