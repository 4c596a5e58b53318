import type { VirtualAddress, VrrpConf, VrrpInstance } from '../../../keepalived/model-vrrp.ts';
import type { Instant, Step } from '../step.ts';
import { type Advert, authDataOf, authTypeOf, packAddresses } from './packet.ts';
import type { InstanceStateName, Link, Received, Send, VrrpEffect, VrrpSocket } from './event.ts';
import type { LinkView } from './link.ts';
import type { Prepared } from './sockets.ts';

/** What a reducer, or a part of one, gives back here. */
export type VrrpStep = Step<VrrpState, VrrpEffect>;
export type InstanceStep = Step<Instance, VrrpEffect>;

/** All that VRRP knows. Maps are never written to: a new one takes the place of the old. */
export interface VrrpState {
  /** `waiting` is vrrp_startup_delay. */
  readonly phase: 'new' | 'waiting' | 'running' | 'stopped';
  /** When vrrp_startup_delay is over; meaningless outside of `waiting`. */
  readonly begins: Instant;
  readonly conf: VrrpConf;
  /** `conf` as events ask for it. */
  readonly prepared: Prepared;
  readonly links: ReadonlyMap<string, Link>;
  /** Each of `links` as events ask for it. */
  readonly views: ReadonlyMap<string, LinkView>;
  readonly instances: InstanceTable;
  /** The state that each sync group told last. */
  readonly groups: ReadonlyMap<string, InstanceStateName>;
  readonly scripts: ReadonlyMap<string, ScriptState>;
  readonly processes: ReadonlyMap<string, ProcessState>;
  readonly files: ReadonlyMap<string, number>;
  readonly sockets: readonly VrrpSocket[];
  /** Packets that belong to no instance of ours: another VRID, group or interface. */
  readonly foreign: number;
}

export interface Instance {
  readonly conf: VrrpInstance;
  /** What of `conf` stands in every advert. */
  readonly wire: Wire;
  /** INIT until all that is tracked has told its state for the first time (RFC 9568 §6.4.1). */
  readonly state: 'INIT' | 'BACKUP' | 'MASTER' | 'FAULT';
  readonly since: Instant;
  /** Effective: with all weights. */
  readonly priority: number;
  /** Why it is in FAULT, in words. */
  readonly faults: readonly string[];
  /** Who sent the last advertisement that was heeded; undefined when none was, or we are the master. */
  readonly master: Master | undefined;
  /** Milliseconds, Master_Adver_Interval of RFC 9568 §6.1: that of the master while we are BACKUP. */
  readonly interval: number;
  readonly timers: Timers;
  /** A master of lower priority is left alone until then (preempt_delay). */
  readonly preemptAt: Instant | undefined;
  /** Its master is gone, and it waits until those of the other members of its sync group are. */
  readonly wants: boolean;
  /** Another master that we do not give way to, told of at this time. */
  readonly rival: { readonly address: string; readonly at: Instant } | undefined;
  /** Addresses of an owner that the host has by itself: never put there, never taken away. */
  readonly native: readonly string[];
  /** Addresses that we put on interfaces and did not take back. */
  readonly held: readonly VirtualAddress[];
  /** The adverts that were sent last: they are the same until one of these is another. */
  readonly adverts: Adverts | undefined;
  /** The advert that was taken last. */
  readonly taken: Taken | undefined;
  /** The reasons for dropped packets that were told of, and when. */
  readonly told: readonly { readonly reason: string; readonly at: Instant }[];
  readonly counters: Counters;
}

/** Bytes of adverts. */
export interface Wire {
  readonly addresses: Uint8Array;
  /** 1 for PASS in version 2 (RFC 2338 §5.3.6), else 0. */
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
  /** The second burst of a new master. */
  readonly garp: Instant | undefined;
  /** The second burst after an advertisement of lower priority. */
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
  /** undefined until it told something that counts. */
  readonly up: boolean | undefined;
  /** Results in a row that speak against `up`. */
  readonly against: number;
  readonly due: Instant;
  readonly running: boolean;
}

export interface ProcessState {
  /** undefined until it was counted. */
  readonly up: boolean | undefined;
  /** What it will be when nothing changes until `due`: fork_delay or terminate_delay. */
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

/** An instance that has not begun. */
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
    told: [],
    counters: NO_COUNTERS,
  };
}

/** As many as are copied when one changes; the square root of some hundred instances is about the best. */
const PART = 16;

/**
 * The instances by their names, in the order of the configuration. Nothing in it is ever written to: `with` gives another
 * table, which shares with this one all but the part that has changed, where another Map would be copied whole with
 * each advert.
 */
export class InstanceTable implements ReadonlyMap<string, Instance> {
  readonly places: ReadonlyMap<string, number>;
  readonly parts: readonly (readonly Instance[])[];

  private constructor(places: ReadonlyMap<string, number>, parts: readonly (readonly Instance[])[]) {
    this.places = places;
    this.parts = parts;
  }

  /** By their names, which differ. */
  static of(instances: readonly Instance[]): InstanceTable {
    const places = new Map(instances.map(({ conf }, index) => [conf.name, index]));
    const parts = Array.from({ length: Math.ceil(instances.length / PART) }, (_, index) =>
      instances.slice(index * PART, (index + 1) * PART),
    );
    return new InstanceTable(places, parts);
  }

  get size(): number {
    return this.places.size;
  }

  get(name: string): Instance | undefined {
    const place = this.places.get(name);
    return place === undefined ? undefined : this.parts[Math.floor(place / PART)]?.[place % PART];
  }

  has(name: string): boolean {
    return this.places.has(name);
  }

  /** With another instance in the place of the one of the same name; the same table when there is none. */
  with(instance: Instance): InstanceTable {
    const place = this.places.get(instance.conf.name);
    if (place === undefined) return this;
    const index = Math.floor(place / PART);
    const part = this.parts[index] ?? [];
    return new InstanceTable(this.places, this.parts.with(index, part.with(place % PART, instance)));
  }

  keys(): MapIterator<string> {
    return this.places.keys();
  }

  *values(): MapIterator<Instance> {
    for (const part of this.parts) yield* part;
  }

  *entries(): MapIterator<[string, Instance]> {
    for (const instance of this.values()) yield [instance.conf.name, instance];
  }

  [Symbol.iterator](): MapIterator<[string, Instance]> {
    return this.entries();
  }

  forEach(call: (instance: Instance, name: string, table: ReadonlyMap<string, Instance>) => void): void {
    for (const [name, instance] of this) call(instance, name, this);
  }
}

/** What is in force before the start: nothing. */
export const EMPTY_CONF: VrrpConf = {
  globals: {
    router_id: '',
    vrrp_startup_delay: 0,
    vrrp_mcast_group4: '224.0.0.18',
    vrrp_mcast_group6: 'ff02::12',
    vrrp_strict: false,
    vrrp_check_unicast_src: false,
    vrrp_skip_check_adv_addr: false,
    vrrp_higher_prio_send_advert: false,
    vrrp_lower_prio_no_advert: false,
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
