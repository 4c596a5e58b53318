import type { Family } from '../../../keepalived/text/address.ts';
import type { Script } from '../../../keepalived/model.ts';
import type { Route, Rule, VirtualAddress, VrrpConf } from '../../../keepalived/model-vrrp.ts';
import type { CancelTimer, Instant, Log, SetTimer } from '../step.ts';

/** An interface of the host as rtnetlink tells it. */
export interface Link {
  readonly name: string;
  readonly index: number;
  /** Six bytes for Ethernet; empty where there is none. */
  readonly mac: Uint8Array;
  readonly mtu: number;
  /** IFF_UP. */
  readonly up: boolean;
  /** IFF_LOWER_UP and IFF_RUNNING: a cut cable ends it at once. */
  readonly running: boolean;
  /** All addresses, virtual ones too, in the kernel's order; those of IPv6 once duplicate address detection has ended. */
  readonly addresses: readonly LinkAddress[];
}

export interface LinkAddress {
  readonly address: string;
  readonly prefix: number;
  /** `global`, `link` or `host`; another number as its text. */
  readonly scope: string;
}

/** All that can happen to VRRP. `at` is the time of it. */
export type VrrpEvent =
  /**
   * `inherited` names the instances that an agent before this one left as MASTER without giving their addresses back
   * (SIGKILL): one that is still fresh is MASTER again at once; of all others, addresses left behind are removed.
   */
  | {
      readonly kind: 'start';
      readonly at: Instant;
      readonly conf: VrrpConf;
      readonly links: readonly Link[];
      readonly inherited?: readonly Inherited[] | undefined;
    }
  /** The instances of the same name, interface and VRID keep their state; only what differs is changed. */
  | { readonly kind: 'reload'; readonly at: Instant; readonly conf: VrrpConf }
  /** SIGTERM: masters resign (RFC 9568 §6.4.3, shutdown), addresses go. */
  | { readonly kind: 'stop'; readonly at: Instant }
  | { readonly kind: 'timer'; readonly at: Instant; readonly id: string }
  | Received
  | { readonly kind: 'link'; readonly at: Instant; readonly link: Link }
  | { readonly kind: 'link-gone'; readonly at: Instant; readonly name: string }
  /** One run of a vrrp_script; `failed` covers a code other than 0, a signal, a time-out and a program that is not there. */
  | { readonly kind: 'script'; readonly at: Instant; readonly name: string; readonly failed: boolean }
  /** How many processes match a vrrp_track_process. */
  | { readonly kind: 'process'; readonly at: Instant; readonly name: string; readonly count: number }
  /** The number in a vrrp_track_file; 0 when the file is empty, absent or holds none. */
  | { readonly kind: 'file'; readonly at: Instant; readonly name: string; readonly value: number };

/** An instance that is known to have been MASTER at `lastMaster`, on the clock of `at`. */
export interface Inherited {
  readonly instance: string;
  readonly lastMaster: Instant;
  /** The addresses that it had put on interfaces, for those that the configuration does not name any more. */
  readonly held?: readonly HeldAddress[] | undefined;
}

/** What the kernel finds an address by. */
export interface HeldAddress {
  readonly interface: string;
  readonly address: string;
  readonly prefix: number;
  readonly peer?: string | undefined;
}

/** A packet of protocol 112 (IPv4 or IPv6), without its IP header. */
export interface Received {
  readonly kind: 'received';
  readonly at: Instant;
  readonly interface: string;
  readonly family: Family;
  readonly source: string;
  /** The group, or our own address for unicast. */
  readonly destination: string;
  /** TTL or hop limit as received. */
  readonly hops: number;
  readonly payload: Uint8Array;
}

/** What the shell does for VRRP. Addresses, routes and rules that are there already, or are gone already, are no failure. */
export type VrrpEffect =
  | SetTimer
  | CancelTimer
  | Log
  | Send
  | {
      readonly kind: 'addresses';
      readonly change: 'add' | 'remove';
      readonly interface: string;
      readonly addresses: readonly VirtualAddress[];
    }
  | {
      readonly kind: 'routes';
      readonly change: 'add' | 'remove';
      /** For routes without `dev`; empty for static ones, where the kernel chooses. */
      readonly interface: string;
      readonly routes: readonly Route[];
    }
  | {
      readonly kind: 'rules';
      readonly change: 'add' | 'remove';
      readonly interface: string;
      readonly rules: readonly Rule[];
    }
  /** One gratuitous ARP, or one unsolicited neighbour advertisement, for each address. */
  | {
      readonly kind: 'announce';
      readonly interface: string;
      readonly addresses: readonly string[];
      readonly gapMs: number;
    }
  /** Sockets that are needed from now on: the whole list each time that it changes. */
  | { readonly kind: 'listen'; readonly sockets: readonly VrrpSocket[] }
  /** A notify script, started and not waited for. */
  | { readonly kind: 'run'; readonly script: Script; readonly args: readonly string[] }
  /** One run of a vrrp_script, killed after `timeout` ms; one `script` event of this name comes back. */
  | { readonly kind: 'run-check'; readonly name: string; readonly script: Script; readonly timeout: number }
  /** A line for the notify FIFOs, as `INSTANCE "VI_1" MASTER 100`. */
  | { readonly kind: 'fifo'; readonly line: string }
  | { readonly kind: 'mail'; readonly subject: string; readonly body: string }
  /** An instance has another state than before; the IPVS sync daemon and ha_suspend follow it. */
  | { readonly kind: 'became'; readonly instance: string; readonly state: InstanceStateName };

export type InstanceStateName = 'INIT' | 'BACKUP' | 'MASTER' | 'FAULT' | 'STOP' | 'DELETED';

/** An advert to be sent from `source`; undefined lets the kernel choose. */
export interface Send {
  readonly kind: 'send';
  readonly interface: string;
  readonly family: Family;
  readonly source: string | undefined;
  readonly destination: string;
  readonly ttl: number;
  readonly payload: Uint8Array;
}

export interface VrrpSocket {
  readonly interface: string;
  readonly family: Family;
  /** The multicast group to join; undefined for a socket that hears unicast only. */
  readonly group: string | undefined;
}

export function log(level: Log['level'], text: string): Log {
  return { kind: 'log', level, text };
}

/** About one instance. */
export function logOf(level: Log['level'], instance: { readonly conf: { readonly name: string } }, text: string): Log {
  return log(level, `(${instance.conf.name}) ${text}`);
}
