import type { Family } from '../../../keepalived/text/address.ts';
import { faultText } from '../messages/vrrp-reasons.ts';
import type { Instant } from '../step.ts';
import type { InstanceStateName } from './event.ts';
import { deviceOf, wantedAddresses } from './addresses.ts';
import { isUnicast, sourceOf } from './sockets.ts';
import type { Counters, Instance, VrrpState } from './state.ts';

/** The VRRP part of the status socket's reply: plain JSON without secrets. Instants are on the clock of the events. */
export interface VrrpStatus {
  readonly phase: VrrpState['phase'];
  readonly instances: readonly InstanceStatus[];
  readonly groups: readonly {
    readonly name: string;
    readonly state: InstanceStateName;
    readonly members: readonly string[];
  }[];
  readonly scripts: readonly { readonly name: string; readonly up: boolean | null }[];
  readonly processes: readonly { readonly name: string; readonly up: boolean | null }[];
  readonly files: readonly { readonly name: string; readonly value: number }[];
  /** Packets for none of the instances. */
  readonly foreign: number;
}

export interface InstanceStatus {
  readonly name: string;
  readonly state: InstanceStateName;
  readonly since: Instant;
  readonly version: 2 | 3;
  readonly family: Family;
  readonly interface: string;
  readonly vrid: number;
  readonly unicast: boolean;
  readonly priority: { readonly effective: number; readonly base: number };
  /** This router while it is MASTER; null if there is none. */
  readonly master: { readonly address: string; readonly priority: number } | null;
  /** Milliseconds, the master's. */
  readonly interval: number;
  /** When the main timer expires: the next advert of a MASTER, the takeover of a BACKUP. */
  readonly due: Instant | null;
  readonly faults: readonly string[];
  readonly addresses: readonly { readonly address: string; readonly prefix: number; readonly interface: string }[];
  /** Whether this host currently holds the addresses. */
  readonly holds: boolean;
  readonly counters: Counters;
}

export function vrrpStatus(state: VrrpState): VrrpStatus {
  return {
    phase: state.phase,
    instances: [...state.instances.values()].map((instance) => instanceStatus(instance, state)),
    groups: state.conf.vrrp_sync_group.map(({ name, group }) => ({
      name,
      state: state.groups.get(name) ?? 'INIT',
      members: group,
    })),
    scripts: [...state.scripts].map(([name, { up }]) => ({ name, up: up ?? null })),
    processes: [...state.processes].map(([name, { up }]) => ({ name, up: up ?? null })),
    files: [...state.files].map(([name, value]) => ({ name, value })),
    foreign: state.foreign,
  };
}

function instanceStatus(instance: Instance, state: VrrpState): InstanceStatus {
  const { conf, timers } = instance;
  const ours = sourceOf(conf, state);
  const own = ours === undefined ? null : { address: ours, priority: instance.priority };
  return {
    name: conf.name,
    state: state.phase === 'stopped' ? 'STOP' : instance.state,
    since: instance.since,
    version: conf.version,
    family: conf.family,
    interface: conf.interface,
    vrid: conf.virtual_router_id,
    unicast: isUnicast(conf),
    priority: { effective: instance.priority, base: conf.priority },
    master: instance.state === 'MASTER' ? own : (instance.master ?? null),
    interval: instance.interval,
    due: timers.advert ?? timers.down ?? null,
    faults: instance.faults.map(faultText),
    addresses: wantedAddresses(conf).map((address) => ({
      address: address.address,
      prefix: address.prefix,
      interface: deviceOf(address, conf),
    })),
    holds: instance.held.length > 0,
    counters: instance.counters,
  };
}
