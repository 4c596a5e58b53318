import { type Coded, wordingOf } from './message.ts';

/** Why the master is considered down, or is about to be replaced. */
const MASTER_DOWN = {
  'no-master': () => 'no master present',
  resigned: ({ master }: { master: string }) => `master ${master} resigned`,
  'lower-priority': ({ master, priority }: { master: string; priority: number }) =>
    `master ${master} has lower priority ${priority}`,
  silent: ({ master, interval }: { master: string; interval: number }) =>
    `master ${master} is silent (advertisement interval ${interval} ms)`,
};

/** Why an instance changes to MASTER or BACKUP. */
const TRANSITIONS = {
  ...MASTER_DOWN,
  resumed: () => 'resuming after a restart, addresses still present',
  owner: () => 'address owner',
  started: () => 'listening for a master',
  recovered: () => 'faults cleared',
  late: ({ late }: { late: number }) =>
    `its advertisement is ${Math.round(late)} ms late, and another router may have taken over`,
  'sync-group': ({ member }: { member: string }) => `following sync group member ${member}`,
  outranked: ({ master, priority, own }: { master: string; priority: number; own: number }) =>
    `${master} is master with priority ${priority}, ours is ${own}`,
};

const FAULTS = {
  'no-interface': ({ interface: name }: { interface: string }) => `interface ${name} does not exist`,
  'interface-down': ({ interface: name }: { interface: string }) => `interface ${name} is down`,
  'interface-up': ({ interface: name }: { interface: string }) => `interface ${name} is up`,
  'no-address': ({ interface: name, family }: { interface: string; family: 'ipv4' | 'ipv6' }) =>
    `interface ${name} has no ${family === 'ipv6' ? 'link-local IPv6' : 'IPv4'} address`,
  'no-source': ({ interface: name, address }: { interface: string; address: string }) =>
    `interface ${name} does not have the source address ${address}`,
  'no-unicast-peer': () => 'it has no unicast_peer',
  'script-fails': ({ name }: { name: string }) => `script ${name} fails`,
  'script-succeeds': ({ name }: { name: string }) => `script ${name} succeeds`,
  'process-fails': ({ name }: { name: string }) => `process ${name} is not running properly`,
  'process-runs': ({ name }: { name: string }) => `process ${name} runs`,
  file: ({ name, value }: { name: string; value: number }) => `file ${name} holds ${value}`,
};

/** Why a packet with our VRID is discarded, and what to do about it. */
const DROPS = {
  own: () => 'it has our own source address. Check for a network loop or another host with this address.',
  hops: ({ hops, least, most }: { hops: number; least: number; most: number }) =>
    `its TTL or hop limit is ${hops}, not ${least === most ? least : `within ${least} to ${most}`}. Check for a router or tunnel in between, or forged adverts.`,
  source: () =>
    'the sender is not a unicast_peer. Add it to unicast_peer, or check why it sends adverts to this router.',
  length: () => 'its length does not match its address count. Check the sending program.',
  version: ({ version, own }: { version: number; own: number }) =>
    `its version is ${version}, not ${own}. Configure the same version on both routers.`,
  type: () => 'its type is unknown. Check the sending program.',
  checksum: () => 'its checksum is wrong. Check the sending program and checksum offloading.',
  'auth-type': ({ type, own }: { type: number; own: number }) =>
    `its authentication type is ${type}, not ${own}. Configure the same auth_type on both routers.`,
  auth: () => 'its auth_pass differs. Configure the same auth_pass on both routers.',
  interval: ({ interval, own }: { interval: number; own: number }) =>
    `its interval is ${interval / 1000} s, not ${own / 1000} s. Configure the same advert_int on both routers.`,
  'no-interval': () => 'its interval is 0. Check the sending program.',
  count: ({ count, own }: { count: number; own: number }) =>
    `it lists ${count} addresses, not ${own}. Configure the same virtual_ipaddress on both routers.`,
  addresses: ({ missing }: { missing: string }) =>
    `${missing} is not among its addresses. Configure the same virtual_ipaddress on both routers.`,
};

export type MasterDown = Coded<typeof MASTER_DOWN>;
export type Transition = Coded<typeof TRANSITIONS>;
export type Drop = Coded<typeof DROPS>;

/** A fault of an instance itself, or of the named member of its sync group. */
export type Fault = Coded<typeof FAULTS> & { readonly member?: string };

export function transitionText(transition: Transition): string {
  return wordingOf(TRANSITIONS, transition);
}

export function dropText(drop: Drop): string {
  return wordingOf(DROPS, drop);
}

export function faultText(fault: Fault): string {
  const text = wordingOf(FAULTS, fault);
  return fault.member === undefined ? text : `sync group member ${fault.member}: ${text}`;
}
