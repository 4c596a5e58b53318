/** The program that a host of the lab has as PID 1, as far as the scripts of the lab differ by it. */
export type LabInit = 'systemd' | 'sysvinit' | 'openrc' | 'busybox';

/** A format of packages other than Debian's. */
export type PackageFormat = 'rpm' | 'pacman';

/**
 * What a host of the lab is made of. All files are Debian's; where the tools of another distribution manage them, the
 * host is called by the tool and not by that distribution.
 */
export interface Distribution {
  /** As in `lab up --distro HOST=ID`. */
  readonly id: string;
  /** A noun phrase for messages. */
  readonly title: string;
  /** The Debian suite of its files; undefined for that of this machine. */
  readonly suite?: string;
  readonly init: LabInit;
  /** Contents of the root file system. */
  readonly packages: readonly string[];
  /** `extract` unpacks packages without running their scripts; default: `minbase`, a Debian system. */
  readonly variant?: 'minbase' | 'extract';
  /** Packages of the offline mount, by Debian's names; everything that they depend on is there too. */
  readonly offline: readonly string[];
  /** Source packages whose upstream archives are on the offline mount. */
  readonly sources?: readonly string[];
  /** Format of the packages on the offline mount; undefined for Debian's. */
  readonly format?: PackageFormat;
  /** Scripts in `templates/lab/distributions` that turn the fresh root into a host, in order. */
  readonly setup: readonly string[];
}

/** What every distribution has from the start, as far as its PID 1 is not concerned: the parts of a plain server. */
export const COMMON_PACKAGES: readonly string[] = [
  'openssh-server',
  'iproute2',
  'iputils-ping',
  'procps',
  'curl',
  'ca-certificates',
  'kmod',
  'less',
  // Encrypts what the services of the lab answer over HTTPS.
  'socat',
];

export const SYSTEMD_PACKAGES: readonly string[] = ['systemd', 'systemd-sysv', 'dbus', 'udev'];

/** Of sysvinit, with the syslog daemon that daemons of such a host write to; the runlevels are of another package. */
export const SYSVINIT_PACKAGES: readonly string[] = ['sysvinit-core', 'initscripts', 'insserv', 'rsyslog'];

/** What hosts may install from the offline mount, with all that it needs. */
export const OFFLINE_PACKAGES: readonly string[] = [
  'keepalived',
  'ipvsadm',
  'nginx-light',
  'tcpdump',
  'iputils-arping',
  'ndisc6',
  'ipset',
  'nftables',
  'iptables',
  'busybox',
  'ethtool',
  'sudo',
];

/** A compiler and what keepalived and ipvsadm are built with. */
export const BUILD_PACKAGES: readonly string[] = [
  'gcc',
  'make',
  'libc6-dev',
  'libssl-dev',
  'libnl-3-dev',
  'libnl-genl-3-dev',
  'libpopt-dev',
  'pkgconf',
];
