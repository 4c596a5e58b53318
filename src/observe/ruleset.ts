import { containing, parseNetwork } from '../inventory/address.ts';

/** The packet filter of a host, reduced to what decides whether a packet is accepted. */

export type Family = 'ipv4' | 'ipv6';
export type Hook = 'prerouting' | 'input' | 'forward' | 'output';

/** What connection tracking makes of a packet (nft(8), ct state). */
export type TrackedState = 'new' | 'established' | 'related' | 'invalid' | 'untracked';

/** A packet whose fate is asked. What is undefined is not known, or differs from packet to packet. */
export interface Packet {
  readonly hook: Hook;
  readonly family: Family;
  /** A number of IANA's list of protocols. */
  readonly protocol: number;
  readonly source?: string | undefined;
  readonly destination?: string | undefined;
  readonly sourcePort?: number | undefined;
  readonly port?: number | undefined;
  readonly icmpType?: number | undefined;
  /** The interface that it arrives on. */
  readonly device?: string | undefined;
  /** The interface that it leaves on. */
  readonly outDevice?: string | undefined;
  readonly state: TrackedState;
}

/** One condition of a rule; `unknown` is any that lvsctl does not read. */
export interface RuleTest {
  readonly field: keyof typeof MATCHERS;
  /** One of them has to match. */
  readonly values: readonly string[];
  readonly negated: boolean;
}

/** `other` may accept or drop: a queue, or an extension. `untrack` excludes from connection tracking, and goes on. */
export type RuleAction =
  | 'accept'
  | 'drop'
  | 'return'
  | 'continue'
  | 'untrack'
  | 'other'
  | { readonly to: string; readonly how: 'jump' | 'goto' };

export interface Rule {
  readonly tests: readonly RuleTest[];
  readonly action: RuleAction;
}

export interface Chain {
  readonly rules: readonly Rule[];
  /** Of a base chain: where packets enter it, and what becomes of those that no rule decides on. */
  readonly base: { readonly hook: string; readonly policy: 'accept' | 'drop' } | undefined;
}

export interface Table {
  /** The program that prints and changes it. */
  readonly program: 'nft' | 'iptables';
  readonly families: readonly Family[];
  /** As nft(8) and iptables(8) call it: `inet filter`, `filter`. */
  readonly name: string;
  readonly chains: ReadonlyMap<string, Chain>;
}

/** A base chain that drops a packet, or might. */
export interface Dropper {
  readonly table: Table;
  readonly chain: string;
}

type Outcome = 'accept' | 'drop' | 'next';

/** Kernel rulesets have no loops; a bound guards against one that was misread. */
const DEEPEST = 32;

/**
 * The base chains that drop a packet for certain. A rule whose conditions cannot be decided both applies and does not:
 * a chain that might accept the packet is not listed, so that restrictions of an administrator's own are respected.
 */
export function droppersOf(tables: readonly Table[], asked: Packet): readonly Dropper[] {
  const packet = isUntracked(tables, asked) ? { ...asked, state: 'untracked' as const } : asked;
  return chainsOf(tables, packet).filter(({ table, chain }) => {
    const { base, rules = [] } = table.chains.get(chain) ?? {};
    return [...walk(table, rules, packet, 0)].every(
      (one) => one === 'drop' || (one === 'next' && base?.policy === 'drop'),
    );
  });
}

/** The base chains that a packet enters. */
export function chainsOf(tables: readonly Table[], { family, hook }: Packet): readonly Dropper[] {
  return tables
    .filter(({ families }) => families.includes(family))
    .flatMap((table) =>
      [...table.chains].flatMap(([chain, { base }]) => (base?.hook === hook ? [{ table, chain }] : [])),
    );
}

/** Whether a rule at the first hook excludes it from connection tracking for certain. */
function isUntracked(tables: readonly Table[], packet: Packet): boolean {
  return chainsOf(tables, { ...packet, hook: packet.hook === 'output' ? 'output' : 'prerouting' })
    .flatMap(({ table, chain }) => table.chains.get(chain)?.rules ?? [])
    .some(({ tests, action }) => action === 'untrack' && matchesAll(tests, packet) === true);
}

/** Every possible end of a list of rules. */
function walk(table: Table, rules: readonly Rule[], packet: Packet, depth: number): ReadonlySet<Outcome> {
  const found = new Set<Outcome>();
  for (const { tests, action } of rules) {
    const matches = matchesAll(tests, packet);
    if (matches === false || action === 'continue' || action === 'untrack') continue;
    const certain = matches === true;
    if (action === 'accept' || action === 'drop') found.add(action);
    else if (action === 'return') found.add('next');
    else if (action === 'other') {
      found.add('accept').add('drop');
      continue;
    } else {
      const inner = depth < DEEPEST ? (table.chains.get(action.to)?.rules ?? []) : [];
      const outcomes = walk(table, inner, packet, depth + 1);
      for (const one of outcomes) if (one !== 'next' || action.how === 'goto') found.add(one);
      if (action.how === 'jump' && outcomes.has('next')) continue;
    }
    if (certain) return found;
  }
  return found.add('next');
}

/** False when one test fails for certain, undefined when one cannot be decided. */
function matchesAll(tests: readonly RuleTest[], packet: Packet): boolean | undefined {
  let all: boolean | undefined = true;
  for (const { field, values, negated } of tests) {
    const one = MATCHERS[field](values, packet);
    const matches = one === undefined ? undefined : one !== negated;
    if (matches === false) return false;
    if (matches === undefined) all = undefined;
  }
  return all;
}

type Matcher = (values: readonly string[], packet: Packet) => boolean | undefined;

const MATCHERS = {
  family: (values, { family }) => values.includes(family),
  protocol: (values, { protocol }) => any(values, (value) => isProtocol(value, protocol)),
  source: (values, { source }) => any(values, (value) => isAddress(value, source)),
  destination: (values, { destination }) => any(values, (value) => isAddress(value, destination)),
  'source-port': (values, { sourcePort }) => any(values, (value) => isInRange(value, sourcePort)),
  port: (values, { port }) => any(values, (value) => isInRange(value, port)),
  'icmp-type': (values, { icmpType }) => any(values, (value) => isIcmpType(value, icmpType)),
  device: (values, { device }) => any(values, (value) => isDevice(value, device)),
  'out-device': (values, { outDevice }) => any(values, (value) => isDevice(value, outDevice)),
  state: (values, { state }) => values.includes(state),
  // Packets are asked for with the addresses that they arrive with, so that no rule has replaced one.
  status: (values) => (values.every((value) => value === 'dnat' || value === 'snat') ? false : undefined),
  unknown: () => undefined,
} as const satisfies Record<string, Matcher>;

/** True when one matches; undefined when none does for certain, and one might. */
function any(values: readonly string[], matches: (value: string) => boolean | undefined): boolean | undefined {
  const results = values.map(matches);
  if (results.includes(true)) return true;
  return results.includes(undefined) ? undefined : false;
}

const PROTOCOLS: ReadonlyMap<string, number> = new Map(
  Object.entries<number>({
    icmp: 1,
    igmp: 2,
    ipip: 4,
    ipencap: 4,
    tcp: 6,
    udp: 17,
    dccp: 33,
    ipv6: 41,
    gre: 47,
    esp: 50,
    ah: 51,
    icmpv6: 58,
    'ipv6-icmp': 58,
    ospf: 89,
    vrrp: 112,
    sctp: 132,
    udplite: 136,
  }),
);

function isProtocol(value: string, protocol: number): boolean | undefined {
  if (value === 'all') return true;
  const number = /^\d+(-\d+)?$/.test(value) ? value : PROTOCOLS.get(value);
  return number === undefined ? undefined : isInRange(String(number), protocol);
}

/** A value is an address, a network, or the first and the last address of a range. */
function isAddress(value: string, address: string | undefined): boolean | undefined {
  const network = parseNetwork(value.includes('/') ? value : `${value}/${value.includes(':') ? 128 : 32}`);
  if (network?.prefix === 0) return true;
  return network === undefined || address === undefined ? undefined : containing(network)(address);
}

/** A value is a number, or the first and the last one of a range; names of services are not decided. */
function isInRange(value: string, number: number | undefined): boolean | undefined {
  const [, first, last = first] = /^(\d+)(?:[-:](\d+))?$/.exec(value) ?? [];
  if (first === undefined || number === undefined) return undefined;
  return Number(first) <= number && number <= Number(last);
}

const ICMP_TYPES: ReadonlyMap<string, readonly number[]> = new Map(
  Object.entries<readonly number[]>({
    'echo-reply': [0, 129],
    'echo-request': [8, 128],
    'destination-unreachable': [3, 1],
    'packet-too-big': [2],
    'time-exceeded': [11, 3],
    'router-solicitation': [10],
    'router-advertisement': [9],
    'nd-router-solicit': [133],
    'nd-router-advert': [134],
    'nd-neighbor-solicit': [135],
    'nd-neighbor-advert': [136],
  }),
);

/** `3`, `3/4` with a code, or a name, which may stand for a code; the packet's own code is not known. */
function isIcmpType(value: string, type: number | undefined): boolean | undefined {
  if (type === undefined) return undefined;
  const [, number, code] = /^(\d+)(\/\d+)?$/.exec(value) ?? [];
  if (number !== undefined) return Number(number) === type && (code === undefined ? true : undefined);
  return ICMP_TYPES.get(value)?.includes(type);
}

/** Every packet that is asked for comes from another host or goes to one, so that lo is excluded. `eth*` and `eth+` stand for several. */
function isDevice(value: string, device: string | undefined): boolean | undefined {
  if (value === 'lo') return false;
  if (device === undefined) return undefined;
  return /[*+]$/.test(value) ? device.startsWith(value.slice(0, -1)) : device === value;
}
