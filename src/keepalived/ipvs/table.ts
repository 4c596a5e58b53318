import type { Family } from '../text/address.ts';
import type { Forwarding, Protocol, Tunnel } from '../model/check.ts';

/** The kernel's table of virtual services, without counters: what `ipvsadm -Sn` shows. */
export type Table = readonly Service[];

/** The identity of a service. */
export type ServiceId =
  | { readonly kind: 'address'; readonly protocol: Protocol; readonly address: string; readonly port: number }
  | { readonly kind: 'fwmark'; readonly family: Family; readonly fwmark: number };

export interface Service {
  readonly id: ServiceId;
  readonly scheduler: string;
  /** Bits of IP_VS_SVC_F_* of linux/ip_vs.h without HASHED, which the kernel sets by itself. */
  readonly flags: number;
  /** Seconds of persistence; 0 when the PERSISTENT flag is not set. */
  readonly timeout: number;
  /** IPv4 netmask as an unsigned number in host order (0xffffffff for all), or IPv6 prefix length. */
  readonly netmask: number;
  readonly persistenceEngine: string | undefined;
  readonly destinations: readonly Destination[];
}

export interface Destination {
  readonly address: string;
  readonly port: number;
  /** `local`: the kernel says so of a destination that is an address of this host. */
  readonly forwarding: Forwarding | 'local';
  /** 0 takes no new connections. */
  readonly weight: number;
  readonly upperThreshold: number;
  readonly lowerThreshold: number;
  readonly tunnel: Tunnel | undefined;
}

/** One request to the kernel. A list of them is in the order in which they must be made. */
export type IpvsChange =
  | { readonly kind: 'new-service' | 'set-service'; readonly service: Omit<Service, 'destinations'> }
  | { readonly kind: 'del-service'; readonly id: ServiceId }
  | { readonly kind: 'new-destination' | 'set-destination'; readonly id: ServiceId; readonly destination: Destination }
  | { readonly kind: 'del-destination'; readonly id: ServiceId; readonly address: string; readonly port: number };
