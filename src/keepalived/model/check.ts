import type { Family } from '../text/address.ts';
import type { Script } from './conf.ts';

/** Everything of the file that is about IPVS and health. */
export interface CheckConf {
  readonly virtual_server_group: readonly VirtualServerGroup[];
  readonly virtual_server: readonly VirtualServer[];
}

export interface VirtualServerGroup {
  readonly name: string;
  readonly members: readonly ServiceAddress[];
}

/** What identifies a service in the kernel, apart from the protocol. */
export type ServiceAddress =
  | {
      readonly kind: 'address';
      readonly address: string;
      /** The last of a range of addresses, at most 65536 of them. */
      readonly last: string | undefined;
      readonly port: number;
    }
  | { readonly kind: 'fwmark'; readonly fwmark: number; readonly family: Family };

export type Protocol = 'TCP' | 'UDP' | 'SCTP';
export type Forwarding = 'DR' | 'TUN' | 'NAT';

export interface VirtualServer {
  /** One service, or those of a group by its name. */
  readonly target: ServiceAddress | { readonly kind: 'group'; readonly group: string };
  /** The family of a fwmark, when no address determines it. */
  readonly family: Family;
  readonly protocol: Protocol;
  /** Between two checks of a real server that is well. */
  readonly delay_loop: number;
  readonly lb_algo: string;
  /** Flags of the scheduler, as `flag-1`, `sh-port`, `sh-fallback`, `mh-port`, `mh-fallback`. */
  readonly lb_flags: readonly ('flag-1' | 'flag-2' | 'flag-3')[];
  /** One-packet scheduling, UDP only. */
  readonly ops: boolean;
  readonly lb_kind: Forwarding;
  /** 0: none. The kernel counts whole seconds. */
  readonly persistence_timeout: number;
  readonly persistence_engine: string | undefined;
  /** Netmask of IPv4, as 255.255.255.255, or prefix length of IPv6. */
  readonly persistence_granularity: string | number | undefined;
  readonly virtualhost: string | undefined;
  readonly alpha: boolean;
  readonly omega: boolean;
  readonly inhibit_on_failure: boolean;
  readonly ha_suspend: boolean;
  readonly quorum: number;
  readonly hysteresis: number;
  readonly quorum_up: Script | undefined;
  readonly quorum_down: Script | undefined;
  readonly smtp_alert: boolean;
  readonly sorry_server: SorryServer | undefined;
  readonly sorry_server_inhibit: boolean;
  readonly real_server: readonly RealServer[];
}

export interface SorryServer {
  readonly address: string;
  readonly port: number;
  readonly lb_kind: Forwarding;
  readonly tunnel: Tunnel | undefined;
}

/** Encapsulation of `lb_kind TUN`. */
export type Tunnel =
  | { readonly type: 'ipip'; readonly csum: 'none' }
  | { readonly type: 'gue'; readonly port: number; readonly csum: 'none' | 'csum' | 'remcsum' }
  | { readonly type: 'gre'; readonly csum: 'none' | 'csum' };

export interface RealServer {
  readonly address: string;
  readonly port: number;
  readonly weight: number;
  readonly lb_kind: Forwarding;
  readonly tunnel: Tunnel | undefined;
  /** Thresholds of connections; 0: none. */
  readonly uthreshold: number;
  readonly lthreshold: number;
  readonly inhibit_on_failure: boolean;
  readonly alpha: boolean;
  readonly virtualhost: string | undefined;
  readonly notify_up: Script | undefined;
  readonly notify_down: Script | undefined;
  readonly smtp_alert: boolean;
  readonly checkers: readonly Checker[];
}

/** What every checker has. `retry` counts the tries after the first; `delay_before_retry` is between them. */
export interface CheckerTiming {
  readonly delay_loop: number;
  readonly retry: number;
  readonly delay_before_retry: number;
  /** The first check comes after a random part of it. */
  readonly warmup: number;
  /** Begins as failed: the real server is not used before the check passed once. */
  readonly alpha: boolean;
  readonly log_all_failures: boolean;
}

/** Where a checker connects; undefined stands for the real server's own. */
export interface CheckerConnection {
  readonly connect_ip: string;
  readonly connect_port: number;
  readonly connect_timeout: number;
  readonly bindto: string | undefined;
  readonly bind_if: string | undefined;
  readonly bind_port: number | undefined;
  readonly fwmark: number | undefined;
}

export type Checker = CheckerTiming &
  (
    | ({ readonly kind: 'TCP_CHECK' } & CheckerConnection)
    | ({ readonly kind: 'HTTP_GET' | 'SSL_GET' } & CheckerConnection & HttpCheck)
    | ({ readonly kind: 'SMTP_CHECK' } & CheckerConnection & { readonly helo_name: string })
    | ({ readonly kind: 'DNS_CHECK' } & CheckerConnection & { readonly type: string; readonly name: string })
    | ({ readonly kind: 'UDP_CHECK' } & CheckerConnection & UdpCheck)
    | ({ readonly kind: 'PING_CHECK' } & CheckerConnection)
    | ({ readonly kind: 'MISC_CHECK' } & MiscCheck)
    | ({ readonly kind: 'FILE_CHECK' } & FileCheck)
  );

export interface HttpCheck {
  readonly http_protocol: '1.0' | '1.0c' | '1.0k' | '1.1' | '1.1c' | '1.1k';
  readonly virtualhost: string | undefined;
  readonly enable_sni: boolean;
  readonly url: readonly HttpUrl[];
}

export interface HttpUrl {
  readonly path: string;
  readonly virtualhost: string | undefined;
  /** MD5 of the body, in hex. */
  readonly digest: string | undefined;
  /** Ranges of status codes that are good, beside what digest and regex ask for; empty: 200 to 299. */
  readonly status_code: readonly { readonly min: number; readonly max: number }[];
  readonly regex: HttpRegex | undefined;
}

export interface HttpRegex {
  /** As in the file, where it was accepted. */
  readonly pattern: string;
  readonly no_match: boolean;
  /** Letters, as `compileRegex` takes them. */
  readonly flags: string;
  readonly min_offset: number;
  readonly max_offset: number | undefined;
}

export interface UdpCheck {
  readonly payload: Uint8Array;
  readonly require_reply: { readonly expected: Uint8Array; readonly mask: Uint8Array | undefined } | 'any' | undefined;
  readonly min_reply_length: number;
  readonly max_reply_length: number;
}

export interface MiscCheck {
  readonly script: Script;
  /** A script that takes longer is killed, and has failed. */
  readonly timeout: number;
  /** Exit 2 to 255 sets the weight to the code less 2. */
  readonly misc_dynamic: boolean;
}

/** The file's number, times `weight`, moves the weight of the real server; a low enough one fails it. */
export interface FileCheck {
  readonly file: string;
  readonly weight: number;
  readonly reverse: boolean;
}
