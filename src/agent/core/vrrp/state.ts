import type { VirtualAddress, VrrpConf, VrrpInstance } from '../../../keepalived/model/vrrp.ts';
import { KeyedTable } from '../keyed-table.ts';
import type { Drop, Fault } from '../messages/vrrp-reasons.ts';
import type { Instant, Step } from '../step.ts';
import { type Advert, authDataOf, authTypeOf, packAddresses } from './packet.ts';
import type { InstanceStateName, Link, Received, Send, VrrpEffect, VrrpSocket } from './event.ts';
import type { LinkView } from './link.ts';
import type { Prepared } from './sockets.ts';

/** The result of a reducer. */
export type VrrpStep = Step<VrrpState, VrrpEffect>;
export type InstanceStep = Step<Instance, VrrpEffect>;

/** The state of all VRRP instances. Maps are never mutated, only replaced. */
export interface VrrpState {
  /** `waiting` is vrrp_startup_delay or vrrp_delay_after_boot. */
  readonly phase: 'new' | 'waiting' | 'running' | 'stopped';
  /** When that delay ends; meaningful only in `waiting`. */
  readonly begins: Instant;
  readonly conf: VrrpConf;
  /** Lookup tables derived from `conf`. */
  readonly prepared: Prepared;
  readonly links: ReadonlyMap<string, Link>;
  /** Derived from `links`. */
  readonly views: ReadonlyMap<string, LinkView>;
  readonly instances: KeyedTable<Instance>;
  /** The last reported state of each sync group. */
  readonly groups: ReadonlyMap<string, InstanceStateName>;
  readonly scripts: ReadonlyMap<string, ScriptState>;
  readonly processes: ReadonlyMap<string, ProcessState>;
  readonly files: ReadonlyMap<string, number>;
  readonly sockets: readonly VrrpSocket[];
  /** Packets for none of our instances: another VRID, group or interface. */
  readonly foreign: number;
}

export interface Instance {
  readonly conf: VrrpInstance;
  /** The parts of `conf` that every advert carries. */
  readonly wire: Wire;
  /** INIT until every tracked object has reported a first result (RFC 9568 §6.4.1). */
  readonly state: 'INIT' | 'BACKUP' | 'MASTER' | 'FAULT';
  readonly since: Instant;
  /** Effective priority, with all weights applied. */
  readonly priority: number;
  /** Why it is in FAULT. */
  readonly faults: readonly Fault[];
  /** The sender of the last accepted advertisement; undefined if there was none or we are the master. */
  readonly master: Master | undefined;
  /** Master_Adver_Interval of RFC 9568 §6.1 in ms: the master's while we are BACKUP. */
  readonly interval: number;
  readonly timers: Timers;
  /** When preempt_delay ends for a master of lower priority. */
  readonly preemptAt: Instant | undefined;
  /** Its master is down, and it waits for the other members of its sync group. */
  readonly wants: boolean;
  /** The last logged master of lower priority, and when it was logged. */
  readonly rival: { readonly address: string; readonly at: Instant } | undefined;
  /** Addresses of an owner that the host has anyway: never added or removed. */
  readonly native: readonly string[];
  /** Addresses that the agent has added and not removed. */
  readonly held: readonly VirtualAddress[];
  /** The last adverts sent, reused while priority and source are unchanged. */
  readonly adverts: Adverts | undefined;
  /** The last advert accepted. */
  readonly taken: Taken | undefined;
  /** Reasons for dropped packets that have been logged, and when. */
  readonly reportedDrops: readonly { readonly reason: Drop['code']; readonly at: Instant }[];
  readonly counters: Counters;
}

/** Encoded fields of adverts. */
export interface Wire {
  readonly addresses: Uint8Array;
  /** 1 for PASS in version 2 (RFC 2338 §5.3.6), otherwise 0. */
  readonly authType: number;
  /** Secret. */
  readonly authData: Uint8Array | undefined;
}

export interface Adverts {
  readonly priority: number;
  readonly source: string;
  readonly sends: readonly Send[];
}

export interface Taken {
  readonly packet: Received;
  readonly advert: Advert;
}

export interface Master {
  readonly address: string;
  readonly priority: number;
}

/** When each timer is due; undefined when it is not set. A MASTER has `advert`, a BACKUP has `down`. */
export interface Timers {
  readonly advert: Instant | undefined;
  readonly down: Instant | undefined;
  /** Second burst of announcements of a new master. */
  readonly garp: Instant | undefined;
  /** Second burst of announcements after an advertisement of lower priority. */
  readonly lower: Instant | undefined;
  readonly refresh: Instant | undefined;
}

export interface Counters {
  readonly received: number;
  readonly sent: number;
  readonly becameMaster: number;
  readonly releasedMaster: number;
  readonly priorityZeroReceived: number;
  readonly priorityZeroSent: number;
  readonly dropped: Readonly<Record<string, number>>;
}

export interface ScriptState {
  /** undefined before the first result. */
  readonly up: boolean | undefined;
  /** Consecutive results that contradict `up`. */
  readonly against: number;
  readonly due: Instant;
  readonly running: boolean;
}

export interface ProcessState {
  /** undefined before the first count. */
  readonly up: boolean | undefined;
  /** The value that takes effect at `due` (fork_delay or terminate_delay). */
  readonly pending: boolean | undefined;
  readonly due: Instant | undefined;
}

export const NO_TIMERS: Timers = {
  advert: undefined,
  down: undefined,
  garp: undefined,
  lower: undefined,
  refresh: undefined,
};

export const NO_COUNTERS: Counters = {
  received: 0,
  sent: 0,
  becameMaster: 0,
  releasedMaster: 0,
  priorityZeroReceived: 0,
  priorityZeroSent: 0,
  dropped: {},
};

export function wireOf(conf: VrrpInstance): Wire {
  return {
    addresses: packAddresses(conf.virtual_ipaddress.map(({ address }) => address)),
    authType: authTypeOf(conf),
    authData: authDataOf(conf),
  };
}

/** An instance in INIT. */
export function newInstance(conf: VrrpInstance, at: Instant, native: readonly string[]): Instance {
  return {
    conf,
    wire: wireOf(conf),
    state: 'INIT',
    since: at,
    priority: conf.priority,
    faults: [],
    master: undefined,
    interval: conf.advert_int,
    timers: NO_TIMERS,
    preemptAt: undefined,
    wants: false,
    rival: undefined,
    native,
    held: [],
    adverts: undefined,
    taken: undefined,
    reportedDrops: [],
    counters: NO_COUNTERS,
  };
}

/** The configuration before the start event. */
export const EMPTY_CONF: VrrpConf = {
  globals: {
    router_id: '',
    vrrp_startup_delay: 0,
    vrrp_delay_after_boot: 0,
    vrrp_mcast_group4: '224.0.0.18',
    vrrp_mcast_group6: 'ff02::12',
    vrrp_strict: false,
    vrrp_check_unicast_src: false,
    vrrp_skip_check_adv_addr: false,
    vrrp_higher_prio_send_advert: false,
    vrrp_lower_prio_no_advert: false,
    vrrp_owner_ignore_adverts: false,
    smtp_alert: false,
    no_email_faults: false,
    fifo_write_vrrp_states_on_reload: false,
    v3_checksum_as_v2: false,
  },
  static_ipaddress: [],
  static_routes: [],
  static_rules: [],
  vrrp_script: [],
  vrrp_track_process: [],
  vrrp_track_file: [],
  vrrp_sync_group: [],
  vrrp_instance: [],
};

/** Instances by name, in the order of the configuration. */
export function instanceTable(instances: readonly Instance[]): KeyedTable<Instance> {
  return KeyedTable.of(instances, ({ conf }) => conf.name);
}
