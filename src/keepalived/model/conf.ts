import type { CheckConf } from './check.ts';
import type { VrrpConf } from './vrrp.ts';

/**
 * What a keepalived.conf says, with every default filled in. Keys are keepalived's own words; durations are
 * milliseconds whatever the unit in the file; addresses are canonical text (`bytes/address.ts`).
 */
export interface Conf {
  readonly global_defs: GlobalDefs;
  readonly vrrp: VrrpConf;
  readonly check: CheckConf;
}

export interface GlobalDefs {
  readonly router_id: string;
  readonly notification_email: readonly string[];
  readonly notification_email_from: string | undefined;
  readonly smtp_server: { readonly address: string; readonly port: number } | undefined;
  readonly smtp_helo_name: string | undefined;
  readonly smtp_connect_timeout: number;
  readonly smtp_alert: boolean | undefined;
  readonly smtp_alert_vrrp: boolean | undefined;
  readonly smtp_alert_checker: boolean | undefined;
  readonly notify_fifo: Fifo | undefined;
  readonly vrrp_notify_fifo: Fifo | undefined;
  readonly lvs_notify_fifo: Fifo | undefined;
  readonly script_user: ScriptUser;
  readonly enable_script_security: boolean;
  /** 1 to 99 asks for SCHED_FIFO; undefined leaves the scheduler alone. */
  readonly vrrp_rt_priority: number | undefined;
  readonly vrrp_priority: number | undefined;
  readonly lvs_flush: boolean;
  readonly lvs_flush_on_stop: StopFlush;
  readonly lvs_timeouts: LvsTimeouts | undefined;
  readonly lvs_sync_daemon: LvsSyncDaemon | undefined;
  readonly startup_script: Script | undefined;
  readonly startup_script_timeout: number;
  readonly shutdown_script: Script | undefined;
  readonly shutdown_script_timeout: number;
}

/**
 * What goes out of the table at the end.
 * - `no`: the keyword is not there. Our virtual servers, with their real servers.
 * - `VS`: the same; keepalived only gets there with fewer requests.
 * - `all`: the keyword alone. Everything in the table, including services of other programs.
 */
export type StopFlush = 'no' | 'VS' | 'all';

export interface Fifo {
  readonly path: string;
  /** Whose it is when it is made; undefined: who runs the script. */
  readonly owner: ScriptUser | undefined;
  readonly script: Script | undefined;
}

/** Milliseconds; 0 leaves the kernel's value. */
export interface LvsTimeouts {
  readonly tcp: number;
  readonly tcpfin: number;
  readonly udp: number;
}

/** The kernel's connection synchronisation; master or backup follows the instance. */
export interface LvsSyncDaemon {
  readonly interface: string;
  readonly vrrp_instance: string | undefined;
  readonly id: number | undefined;
  readonly maxlen: number | undefined;
  readonly port: number | undefined;
  readonly ttl: number | undefined;
  readonly group: string | undefined;
}

/** `default` stands for `keepalived_script` where that user exists, and root where it does not. */
export type ScriptUser = 'default' | { readonly user: string; readonly group: string | undefined };

export interface Script {
  /** The program and its arguments; no shell is involved. */
  readonly argv: readonly string[];
  readonly user: ScriptUser;
}
