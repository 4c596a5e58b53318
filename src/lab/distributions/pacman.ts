import { COMMON_PACKAGES, type Distribution, OFFLINE_PACKAGES, SYSTEMD_PACKAGES } from './distribution.ts';

/** pacman and systemd. It is no Arch Linux: the programs are Debian's. */
export const pacman: Distribution = {
  id: 'pacman',
  title: "pacman and systemd on Debian's files",
  init: 'systemd',
  packages: [...SYSTEMD_PACKAGES, ...COMMON_PACKAGES, 'pacman-package-manager', 'makepkg', 'libarchive-tools'],
  offline: OFFLINE_PACKAGES,
  format: 'pacman',
  setup: ['distributions/pacman'],
};
