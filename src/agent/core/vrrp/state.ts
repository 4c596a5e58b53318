import type { VrrpConf, VrrpInstance } from '../conf/model-vrrp.ts';
import type { VirtualAddress } from '../conf/model-vrrp.ts';
import type { Instant, Step } from '../step.ts';
import type { InstanceStateName, Link, VrrpEffect, VrrpSocket } from './event.ts';

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
  /** The virtual addresses of `conf`. */
  readonly virtual: ReadonlySet<string>;
  readonly links: ReadonlyMap<string, Link>;
  readonly instances: ReadonlyMap<string, Instance>;
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
  /** Another master that we do not give way to: told of once. */
  readonly rival: string | undefined;
  /** Addresses of an owner that the host has by itself: never put there, never taken away. */
  readonly native: readonly string[];
  /** Addresses that we put on interfaces and did not take back. */
  readonly held: readonly VirtualAddress[];
  /** Dropped packets are told of once for each reason until one is taken again. */
  readonly told: readonly string[];
  readonly counters: Counters;
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

/** An instance that has not begun. */
export function newInstance(conf: VrrpInstance, at: Instant, native: readonly string[]): Instance {
  return {
    conf,
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
    told: [],
    counters: NO_COUNTERS,
  };
}
