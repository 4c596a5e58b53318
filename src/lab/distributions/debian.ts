import { COMMON_PACKAGES, type Distribution, OFFLINE_PACKAGES, SYSTEMD_PACKAGES } from './distribution.ts';

/** A release of Debian, with systemd and apt. */
function debian(release: number, suite: string): Distribution {
  return {
    id: `debian${String(release)}`,
    title: `Debian ${String(release)} (${suite})`,
    suite,
    init: 'systemd',
    packages: [...SYSTEMD_PACKAGES, ...COMMON_PACKAGES],
    offline: OFFLINE_PACKAGES,
    setup: [],
  };
}

export const debian11 = debian(11, 'bullseye');
export const debian12 = debian(12, 'bookworm');
export const debian13 = debian(13, 'trixie');
