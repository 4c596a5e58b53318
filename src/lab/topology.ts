/**
 * The hosts and segments of a lab as a plain value. All that starts, reaches and shows a lab is given one; it is written
 * to the lab's folder as well.
 */
export interface Topology {
  readonly segments: readonly Segment[];
  readonly hosts: readonly LabHost[];
  /** Virtual addresses, to be shown. */
  readonly vips: readonly string[];
  /** Names of hosts that the inventory does not have: a client to verify from, a router. */
  readonly added: readonly string[];
}

/** What one switch connects. */
export interface Segment {
  readonly name: string;
  /** CIDR, of either family */
  readonly networks: readonly string[];
  /** Hardware address of the guest's device that leads to the control namespace. */
  readonly uplink: string;
  /** Addresses of the control namespace in each of the networks, with prefix length. */
  readonly control: readonly string[];
}

/** What a host of the lab is for; the lab itself treats all of them alike, but for routers, which forward. */
export type LabRole = 'director' | 'real-server' | 'client' | 'router';

export interface LabHost {
  readonly name: string;
  /** More than one for a director that is a real server as well. */
  readonly roles: readonly LabRole[];
  /** The one that ssh reaches. */
  readonly address: string;
  readonly nics: readonly Nic[];
  /** Ways to other segments through a router; there is no default route. */
  readonly routes: readonly Route[];
  /** What it serves besides what is deployed to it; see the script `lab-serve`. */
  readonly services: readonly LabService[];
}

export interface LabService {
  readonly protocol: 'tcp' | 'udp' | 'sctp';
  readonly port: number;
  /** `dns` and `echo` are for UDP, the others for TCP and SCTP. */
  readonly kind: 'http' | 'https' | 'smtp' | 'dns' | 'echo';
}

export interface Nic {
  readonly name: string;
  /** Name of the segment that it is plugged into. */
  readonly segment: string;
  /** Stays the same over a reboot, as with a real card; neighbours would send to the old one for half a minute. */
  readonly mac: string;
  /** With prefix length. */
  readonly addresses: readonly string[];
}

export interface Route {
  readonly to: string;
  readonly via: string;
}
