import { causeText, failureText, type CheckFailure, type DownCause } from './check-failures.ts';
import { type Coded, wordingOf } from './message.ts';
import {
  dropText,
  faultText,
  transitionText,
  type Drop,
  type Fault,
  type MasterDown,
  type Transition,
} from './vrrp-reasons.ts';

/** Severities, most severe first. */
export type Level = 'error' | 'warning' | 'notice' | 'info' | 'debug';

/** What is logged of an instance starts with its name. */
interface OfInstance {
  instance: string;
}

interface OfReal {
  real: string;
  virtual: string;
}

interface Quorum {
  virtual: string;
  weight: number;
  quorum: number;
  hysteresis: number;
  /** The address of the sorry server in use. */
  sorry: string | undefined;
}

const WARNINGS = {
  'became-fault': ({ instance, faults }: OfInstance & { faults: readonly Fault[] }) =>
    `(${instance}) becomes FAULT: ${faults.map(faultText).join('; ')}`,
  rival: ({ instance, master, priority, own }: OfInstance & { master: string; priority: number; own: number }) =>
    `(${instance}) ${master} is also master, with priority ${priority}, ours is ${own}`,
  'advert-dropped': ({ instance, source, drop }: OfInstance & { source: string; drop: Drop }) =>
    `(${instance}) dropping advert from ${source}: ${dropText(drop)}`,
  'addresses-removed': ({ instance, interface: name, addresses }: OfInstance & Addresses) =>
    `(${instance}) another program removed ${addresses.join(', ')} from ${name}; restoring. Check for a network manager.`,
  'script-fails': ({ name }: { name: string }) => `script ${name} fails`,
  'real-down': ({ real, virtual, cause }: OfReal & { cause: DownCause }) =>
    `real server ${real} of ${virtual} is down: ${causeText(cause)}`,
  'real-never-up': ({ real, virtual, cause }: OfReal & { cause: DownCause }) =>
    `real server ${real} of ${virtual} does not come up: ${causeText(cause)}`,
  'real-duplicate': ({ real, virtual, first }: OfReal & { first: string }) =>
    `real server ${real} of ${virtual} is ignored: the kernel cannot distinguish it from ${first}. Use another address or NAT forwarding.`,
  'quorum-lost': (args: Quorum) => `virtual server ${args.virtual} has no quorum: ${quorumText(args)}`,
};

interface Addresses {
  interface: string;
  addresses: readonly string[];
}

const NOTICES = {
  'vrrp-stopping': () => 'stopping VRRP',
  'vrrp-reloaded': () => 'VRRP configuration reloaded',
  'became-master': ({ instance, reason }: OfInstance & { reason: Transition }) =>
    `(${instance}) becomes MASTER: ${transitionText(reason)}`,
  'became-backup': ({ instance, reason }: OfInstance & { reason: Transition }) =>
    `(${instance}) becomes BACKUP: ${transitionText(reason)}`,
  'group-state': ({ group, state }: { group: string; state: string }) => `sync group ${group} is ${state}`,
  'interface-back': ({ instance, interface: name, addresses }: OfInstance & Addresses) =>
    `(${instance}) ${name} is back: restoring ${addresses.join(', ')}`,
  'addresses-left': ({ instance, addresses }: OfInstance & { addresses: readonly string[] }) =>
    `(${instance}) removing ${addresses.join(', ')}, left by a previous run`,
  'address-forgotten': ({ address, interface: name }: { address: string; interface: string }) =>
    `removing ${address} from ${name}: left by a previous run and no longer configured`,
  'script-succeeds': ({ name }: { name: string }) => `script ${name} succeeds`,
  'process-runs': ({ name }: { name: string }) => `process ${name} runs`,
  'process-fails': ({ name }: { name: string }) => `process ${name} is not running properly`,
  'real-up': ({ real, virtual }: OfReal) => `real server ${real} of ${virtual} is up`,
  'quorum-gained': (args: Quorum) => `virtual server ${args.virtual} has quorum: ${quorumText(args)}`,
};

const DETAILS = {
  'startup-delay-expired': () => 'startup delay expired',
  'own-advert': ({ instance, source, drop }: OfInstance & { source: string; drop: Drop }) =>
    `(${instance}) dropping advert from ${source}: ${dropText(drop)}`,
  'master-seen': ({ instance, master, priority }: OfInstance & { master: string; priority: number }) =>
    `(${instance}) master is ${master} with priority ${priority}`,
  'master-resigns': ({ instance, master }: OfInstance & { master: string }) => `(${instance}) master ${master} resigns`,
  'interval-adopted': ({ instance, interval }: OfInstance & { interval: number }) =>
    `(${instance}) adopting the advertisement interval of the master, ${interval} ms`,
  'taking-over': (args: OfInstance & { master: string; priority: number; own: number; delay: number }) =>
    `(${args.instance}) master ${args.master} has priority ${args.priority}, ours is ${args.own}: taking over ${takeoverText(args.delay)}`,
  'waiting-for-group': ({ instance, reason }: OfInstance & { reason: MasterDown }) =>
    `(${instance}) ${transitionText(reason)}; waiting for the other members of its sync group`,
  'priority-changed': ({ instance, from, to }: OfInstance & { from: number; to: number }) =>
    `(${instance}) priority changes from ${from} to ${to}`,
  'check-retried': (args: OfReal & { checker: string; failure: CheckFailure; tries: number; retry: number }) =>
    `${args.checker} of real server ${args.real} of ${args.virtual} failed: ${failureText(args.failure)}; retrying (${args.tries} of ${args.retry})`,
  'weight-set': ({ real, virtual, weight, checker }: OfReal & { weight: number; checker: string }) =>
    `real server ${real} of ${virtual} has weight ${weight}, set by ${checker}`,
};

const LOGS = { ...WARNINGS, ...NOTICES, ...DETAILS };

/** An entry for the log: what happened, to what, and why. */
export type LogEntry = Coded<typeof LOGS>;

export function logText(entry: LogEntry): string {
  return wordingOf(LOGS, entry);
}

export function logLevel({ code }: LogEntry): Level {
  if (code in WARNINGS) return 'warning';
  return code in NOTICES ? 'notice' : 'info';
}

/** For example `live weight 1, quorum 2; using sorry server 192.0.2.9`. */
function quorumText({ weight, quorum, hysteresis, sorry }: Quorum): string {
  const limit = hysteresis === 0 ? `${quorum}` : `${quorum} with a hysteresis of ${hysteresis}`;
  return `live weight ${weight}, quorum ${limit}${sorry === undefined ? '' : `; using sorry server ${sorry}`}`;
}

/** @param delay preempt_delay in ms */
function takeoverText(delay: number): string {
  return delay > 0 ? `after preempt_delay of ${delay / 1000} s` : 'when the master down timer expires';
}
