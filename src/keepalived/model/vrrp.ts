import type { Family } from '../text/address.ts';
import type { Script } from './conf.ts';

/** Everything of the file that is about VRRP. */
export interface VrrpConf {
  readonly globals: VrrpGlobals;
  readonly static_ipaddress: readonly StaticAddress[];
  readonly static_routes: readonly Route[];
  readonly static_rules: readonly Rule[];
  readonly vrrp_script: readonly VrrpScript[];
  readonly vrrp_track_process: readonly VrrpTrackProcess[];
  readonly vrrp_track_file: readonly VrrpTrackFile[];
  readonly vrrp_sync_group: readonly VrrpSyncGroup[];
  readonly vrrp_instance: readonly VrrpInstance[];
}

/** The part of global_defs that VRRP reads. */
export interface VrrpGlobals {
  readonly router_id: string;
  /** From the start of the program until the instances take part. */
  readonly vrrp_startup_delay: number;
  /** The least time from boot until the instances take part. */
  readonly vrrp_delay_after_boot: number;
  readonly vrrp_mcast_group4: string;
  readonly vrrp_mcast_group6: string;
  /** What instances take when they say nothing themselves, like the six below. */
  readonly vrrp_strict: boolean;
  readonly vrrp_check_unicast_src: boolean;
  readonly vrrp_skip_check_adv_addr: boolean;
  readonly vrrp_higher_prio_send_advert: boolean;
  readonly vrrp_lower_prio_no_advert: boolean;
  readonly vrrp_owner_ignore_adverts: boolean;
  readonly smtp_alert: boolean;
  /** No mail of faults. */
  readonly no_email_faults: boolean;
  /** A reload writes all states to the FIFOs, as if they had changed. */
  readonly fifo_write_vrrp_states_on_reload: boolean;
  /** RFC 9568 §7.2 wants no pseudo-header for IPv4, keepalived 2.x sends one by default. */
  readonly v3_checksum_as_v2: boolean;
}

export interface VrrpInstance {
  readonly name: string;
  readonly version: 2 | 3;
  readonly family: Family;
  readonly interface: string;
  readonly virtual_router_id: number;
  /** 1 to 255; 255 is the owner of the addresses (RFC 9568 §5.2.4). */
  readonly priority: number;
  readonly state: 'MASTER' | 'BACKUP';
  readonly advert_int: number;
  /** Intervals without a word of the master after which it counts as gone, the skew time apart; 3 in the protocol. */
  readonly down_timer_adverts: number;
  readonly nopreempt: boolean;
  readonly preempt_delay: number;
  readonly accept: boolean;
  readonly authentication: Authentication | undefined;
  readonly virtual_ipaddress: readonly VirtualAddress[];
  /** Kept like the others, but not in adverts. */
  readonly virtual_ipaddress_excluded: readonly VirtualAddress[];
  readonly virtual_routes: readonly Route[];
  readonly virtual_rules: readonly Rule[];
  /** undefined: the first address of the interface. */
  readonly mcast_src_ip: string | undefined;
  /** undefined: the group of global_defs for its family. */
  readonly mcast_dst_ip: string | undefined;
  readonly unicast_src_ip: string | undefined;
  /** Without its configured source address the instance is in FAULT. */
  readonly track_src_ip: boolean;
  readonly unicast_peer: readonly UnicastPeer[];
  readonly unicast_fault_no_peer: boolean;
  readonly unicast_ttl: number | undefined;
  readonly check_unicast_src: boolean;
  readonly skip_check_adv_addr: boolean;
  readonly strict_mode: boolean;
  readonly higher_prio_send_advert: boolean;
  readonly lower_prio_no_advert: boolean;
  /** RFC 9568 §6.4.3 has the owner discard all adverts; keepalived yields to the owner with the higher address. */
  readonly owner_ignore_adverts: boolean;
  /** A master so late that a router of this priority may have taken over steps down. */
  readonly timer_expired_backup: number | undefined;
  readonly v3_checksum_as_v2: boolean;
  readonly dont_track_primary: boolean;
  readonly track_interface: readonly TrackInterface[];
  readonly track_script: readonly Tracked[];
  readonly track_process: readonly Tracked[];
  readonly track_file: readonly Tracked[];
  readonly garp: GarpConf;
  readonly notify: Notify;
  /** The state that `notify` and the FIFOs get for a deleted instance: DELETED with notify_deleted, which needs no script. */
  readonly deleted_as: 'DELETED' | 'FAULT';
  /** Reports each change of its priority to the FIFOs. */
  readonly notify_priority_changes: boolean;
  readonly smtp_alert: boolean;
}

export interface Authentication {
  readonly auth_type: 'PASS' | 'AH';
  /** Cut at 8 bytes, as it is on the wire (RFC 2338 §5.3.10). Never in a log. */
  readonly auth_pass: string;
}

export interface UnicastPeer {
  readonly address: string;
  readonly min_ttl: number | undefined;
  readonly max_ttl: number | undefined;
}

/** A static one, kept while the agent runs. `dev` is default_interface unless the file names another. */
export interface StaticAddress extends VirtualAddress {
  readonly dev: string;
}

/** An address of an instance, or a static one (`static_ipaddress`), on an interface. */
export interface VirtualAddress {
  readonly address: string;
  readonly prefix: number;
  /** undefined: that of the instance. */
  readonly dev: string | undefined;
  readonly label: string | undefined;
  readonly scope: number | undefined;
  readonly broadcast: string | undefined;
  readonly peer: string | undefined;
  readonly home: boolean;
  readonly nodad: boolean;
  readonly mngtmpaddr: boolean;
  readonly noprefixroute: boolean;
  readonly preferred_lft: number | undefined;
}

/** An ip-route(8) or ip-rule(8) that comes and goes with the addresses. */
export interface Route {
  readonly family: Family;
  readonly destination: { readonly address: string; readonly prefix: number };
  readonly type: 'unicast' | 'blackhole' | 'unreachable' | 'prohibit' | 'throw';
  readonly via: string | undefined;
  readonly dev: string | undefined;
  readonly src: string | undefined;
  readonly table: number;
  readonly metric: number | undefined;
  readonly scope: number | undefined;
  readonly protocol: number | undefined;
  readonly onlink: boolean;
  readonly mtu: number | undefined;
}

export interface Rule {
  readonly family: Family;
  readonly from: { readonly address: string; readonly prefix: number } | undefined;
  readonly to: { readonly address: string; readonly prefix: number } | undefined;
  readonly iif: string | undefined;
  readonly oif: string | undefined;
  readonly fwmark: { readonly mark: number; readonly mask: number } | undefined;
  /** The IP protocol. */
  readonly ipproto: number | undefined;
  readonly sport: NumberRange | undefined;
  readonly dport: NumberRange | undefined;
  readonly uidrange: NumberRange | undefined;
  /** Applies to packets that the selectors do not match. */
  readonly not: boolean;
  readonly action: 'table' | 'blackhole' | 'unreachable' | 'prohibit';
  /** 0 for other actions than `table`. */
  readonly table: number;
  /** Ignores routes of the table with this prefix length or a shorter one. */
  readonly suppress_prefixlength: number | undefined;
  readonly preference: number | undefined;
}

/** Both ends included. */
export interface NumberRange {
  readonly first: number;
  readonly last: number;
}

export interface TrackInterface {
  readonly interface: string;
  /** 0: a fault of the interface is a fault of the instance; otherwise the priority moves by it. */
  readonly weight: number;
  readonly reverse: boolean;
}

/** Something tracked by its name; `weight` undefined takes that of what is tracked. */
export interface Tracked {
  readonly name: string;
  readonly weight: number | undefined;
  readonly reverse: boolean;
}

export interface VrrpScript {
  readonly name: string;
  readonly script: Script;
  readonly interval: number;
  /** A run that takes longer is killed and counts as failed; 0: the interval. */
  readonly timeout: number;
  readonly rise: number;
  readonly fall: number;
  readonly weight: number;
  readonly reverse: boolean;
  readonly init_fail: boolean;
}

export interface VrrpTrackProcess {
  readonly name: string;
  /** The program, as its path or its command name. */
  readonly process: string;
  readonly param_match:
    { readonly kind: 'initial' | 'partial' | 'exact'; readonly parameters: readonly string[] } | undefined;
  readonly weight: number;
  readonly reverse: boolean;
  readonly quorum: number;
  readonly quorum_max: number | undefined;
  /** Changes count only after they lasted this long. */
  readonly fork_delay: number;
  readonly terminate_delay: number;
  readonly full_command: boolean;
}

export interface VrrpTrackFile {
  readonly name: string;
  readonly file: string;
  /** The number in the file is multiplied by it. */
  readonly weight: number;
  readonly reverse: boolean;
  /** Written at the start: never, when the file is absent, or always. */
  readonly init_file: { readonly value: number; readonly overwrite: boolean } | undefined;
}

export interface VrrpSyncGroup {
  readonly name: string;
  readonly group: readonly string[];
  readonly track_interface: readonly TrackInterface[];
  readonly track_script: readonly Tracked[];
  readonly track_process: readonly Tracked[];
  readonly track_file: readonly Tracked[];
  readonly sync_group_tracking_weight: boolean;
  readonly notify: Notify;
  readonly smtp_alert: boolean;
}

/** Gratuitous ARP, and unsolicited neighbour advertisements for IPv6. Durations are milliseconds. */
export interface GarpConf {
  /** After the first burst of a new master. */
  readonly garp_master_delay: number;
  readonly garp_master_repeat: number;
  readonly garp_master_refresh: number;
  readonly garp_master_refresh_repeat: number;
  readonly garp_lower_prio_delay: number;
  readonly garp_lower_prio_repeat: number;
  /** Between two packets on one interface. */
  readonly garp_interval: number;
  readonly gna_interval: number;
}

export interface Notify {
  readonly notify_master: Script | undefined;
  readonly notify_backup: Script | undefined;
  readonly notify_fault: Script | undefined;
  readonly notify_stop: Script | undefined;
  readonly notify_deleted: Script | undefined;
  /** Called with INSTANCE or GROUP, name, state, priority behind its own arguments. */
  readonly notify: Script | undefined;
  readonly notify_master_rx_lower_pri: Script | undefined;
}
