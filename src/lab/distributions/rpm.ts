import {
  BUILD_PACKAGES,
  COMMON_PACKAGES,
  type Distribution,
  OFFLINE_PACKAGES,
  SYSVINIT_PACKAGES,
} from './distribution.ts';

/**
 * rpm, dnf and SysV scripts, as distributions of the age of RHEL 6 have them. It is not one of them: the programs are
 * Debian's, and current. The mount has the sources of keepalived and ipvsadm too, and what builds
 * them.
 */
export const rpm: Distribution = {
  id: 'rpm',
  title: "rpm, dnf and sysvinit on Debian's files",
  init: 'sysvinit',
  packages: [...SYSVINIT_PACKAGES, 'sysv-rc', ...COMMON_PACKAGES, 'rpm', 'dnf', 'python3-dnf', 'createrepo-c'],
  offline: [...OFFLINE_PACKAGES, 'apache2-bin', ...BUILD_PACKAGES],
  sources: ['keepalived', 'ipvsadm'],
  format: 'rpm',
  setup: ['distributions/sysvinit', 'distributions/rpm'],
};
