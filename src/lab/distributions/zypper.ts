import {
  BUILD_PACKAGES,
  COMMON_PACKAGES,
  type Distribution,
  OFFLINE_PACKAGES,
  SYSTEMD_PACKAGES,
} from './distribution.ts';

/** zypper and systemd. It is no SUSE: the programs are Debian's. */
export const zypper: Distribution = {
  id: 'zypper',
  title: "zypper and systemd on Debian's files",
  init: 'systemd',
  packages: [...SYSTEMD_PACKAGES, ...COMMON_PACKAGES, 'rpm', 'zypper', 'createrepo-c'],
  offline: [...OFFLINE_PACKAGES, ...BUILD_PACKAGES],
  sources: ['keepalived'],
  format: 'rpm',
  setup: ['distributions/zypper'],
};
