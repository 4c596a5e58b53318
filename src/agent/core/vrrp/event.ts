import type { Family } from '../../../keepalived/text/address.ts';
import type { LogEntry } from '../messages/log.ts';
import type { Script } from '../../../keepalived/model/conf.ts';
import type { Route, Rule, VirtualAddress, VrrpConf } from '../../../keepalived/model/vrrp.ts';
import type { CancelTimer, Instant, Log, Mail, SetTimer } from '../step.ts';

/** A network interface, as rtnetlink reports it. */
export interface Link {
  readonly name: string;
  readonly index: number;
  /** Six bytes for Ethernet; empty if the interface has none. */
  readonly mac: Uint8Array;
  readonly mtu: number;
  /** IFF_UP. */
  readonly up: boolean;
  /** IFF_LOWER_UP and IFF_RUNNING: false as soon as the carrier is lost. */
  readonly running: boolean;
  /** All addresses including virtual ones, in kernel order; IPv6 ones once duplicate address detection has finished. */
  readonly addresses: readonly LinkAddress[];
}

export interface LinkAddress {
  readonly address: string;
  readonly prefix: number;
  /** `global`, `link` or `host`; another number as its text. */
  readonly scope: string;
}

/** Inputs of the VRRP state machine; `at` is the time of the event. */
export type VrrpEvent =
  /**
   * `inherited` lists instances that were MASTER when a previous agent was killed (SIGKILL) and whose addresses are
   * still present. A recent one resumes as MASTER at once; the addresses of all others are removed.
   */
  | {
      readonly kind: 'start';
      readonly at: Instant;
      readonly conf: VrrpConf;
      readonly links: readonly Link[];
      readonly inherited?: readonly Inherited[] | undefined;
    }
  /** Instances with the same name, interface and VRID keep their state; only differences are applied. */
  | { readonly kind: 'reload'; readonly at: Instant; readonly conf: VrrpConf }
  /** SIGTERM: masters resign (RFC 9568 §6.4.3, shutdown) and addresses are removed. */
  | { readonly kind: 'stop'; readonly at: Instant }
  | { readonly kind: 'timer'; readonly at: Instant; readonly id: string }
  | Received
  | { readonly kind: 'link'; readonly at: Instant; readonly link: Link }
  | { readonly kind: 'link-gone'; readonly at: Instant; readonly name: string }
  /** The result of a vrrp_script; `failed` covers a non-zero exit status, a signal, a timeout and a missing program. */
  | { readonly kind: 'script'; readonly at: Instant; readonly name: string; readonly failed: boolean }
  /** How many processes match a vrrp_track_process. */
  | { readonly kind: 'process'; readonly at: Instant; readonly name: string; readonly count: number }
  /** The number in a vrrp_track_file; 0 when the file is empty, absent or holds none. */
  | { readonly kind: 'file'; readonly at: Instant; readonly name: string; readonly value: number };

/** An instance that was last recorded as MASTER at `lastMaster`, on the same clock as `at`. */
export interface Inherited {
  readonly instance: string;
  readonly lastMaster: Instant;
  /** The addresses that it had added, so that those no longer configured can be removed. */
  readonly held?: readonly HeldAddress[] | undefined;
}

/** What identifies an address to the kernel. */
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

/** What the shell does for VRRP. Adding what is present or removing what is absent is not an error. */
export type VrrpEffect =
  | SetTimer
  | CancelTimer
  | Log
  | Mail
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
  /** One gratuitous ARP or unsolicited neighbour advertisement per address. */
  | {
      readonly kind: 'announce';
      readonly interface: string;
      readonly addresses: readonly string[];
      readonly gapMs: number;
    }
  /** The sockets needed from now on: the complete list, sent whenever it changes. */
  | { readonly kind: 'listen'; readonly sockets: readonly VrrpSocket[] }
  /** Starts a notify script without waiting for it. */
  | { readonly kind: 'run'; readonly script: Script; readonly args: readonly string[] }
  /** Runs a vrrp_script, killed after `timeout` ms; answered by one `script` event with this name. */
  | { readonly kind: 'run-check'; readonly name: string; readonly script: Script; readonly timeout: number }
  /** A line for the notify FIFOs, as `INSTANCE "VI_1" MASTER 100`. */
  | { readonly kind: 'fifo'; readonly line: string }
  /** An instance changed state; the IPVS sync daemon and ha_suspend follow it. */
  | { readonly kind: 'became'; readonly instance: string; readonly state: InstanceStateName };

export type InstanceStateName = 'INIT' | 'BACKUP' | 'MASTER' | 'FAULT' | 'STOP' | 'DELETED';

/** An advert to send. The kernel chooses the source address if `source` is undefined. */
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
  /** The multicast group to join; undefined for a unicast-only socket. */
  readonly group: string | undefined;
}

export function log(entry: LogEntry): Log {
  return { kind: 'log', ...entry };
}
