import type { Distribution } from './distribution.ts';

/**
 * busybox as PID 1, shell and tools, beside sshd and ip; no package manager, so it can run the agent only. The perl is
 * there for the services of the lab.
 */
export const busybox: Distribution = {
  id: 'busybox',
  title: "busybox, sshd and ip of Debian's files, without a package manager",
  init: 'busybox',
  packages: [
    'busybox-static',
    'openssh-server',
    'iproute2',
    'kmod',
    'perl-base',
    'curl',
    'socat',
    // For flock, which Debian's busybox lacks and others have.
    'util-linux',
    'openssl',
    'base-files',
  ],
  variant: 'extract',
  offline: [],
  setup: ['distributions/busybox'],
};
