import type { Dropper } from '../observe/ruleset.ts';
import type { Opening } from './openings.ts';

/** A rule that accepts packets of the cluster, as lvs.firewall.sh keeps it. */
export interface FirewallRule {
  /** The program and the chain: `nft inet filter input`, `iptables INPUT`, `firewalld`. */
  readonly place: string;
  /** The conditions, in the language of the program. */
  readonly match: string;
  /** The packets, for its comment: `connections to 192.168.168.12:80`. */
  readonly what: string;
}

/** Rules of this chain of nftables exclude packets from connection tracking, so that they are not invalid. */
const UNTRACKED = 'nft inet lvsctl prerouting';

/** Names that need no quotes in a script. */
const PLAIN = /^[\w./-]+(?: [\w./-]+)?$/;

/**
 * The rules that make a chain accept packets; undefined where the firewall has none for them. They are stateless, and
 * precede every other rule of the chain: a rule of another table does not undo a drop, nor does one behind
 * `ct state invalid drop`.
 */
export function rulesFor(opening: Opening, { table, chain }: Dropper): readonly FirewallRule[] | undefined {
  const { what, family } = opening;
  if (!PLAIN.test(table.name) || !PLAIN.test(chain)) return undefined;
  if (table.program === 'iptables') {
    const match = inIptables(opening);
    // firewalld flushes the chains of iptables when it reloads, and adds direct rules again.
    if (table.chains.has(`${chain}_direct`)) return [{ place: `firewalld-direct ${family} ${chain}`, match, what }];
    return [{ place: `${family === 'ipv4' ? 'iptables' : 'ip6tables'} ${chain}`, match, what }];
  }
  if (!table.name.endsWith(' firewalld')) return [{ place: `nft ${table.name} ${chain}`, match: inNft(opening), what }];
  const rich = richRule(opening);
  if (rich === undefined || (opening.hook !== 'input' && !hasPolicies(table))) return undefined;
  return [
    { place: opening.hook === 'input' ? 'firewalld' : `firewalld-policy ${opening.hook}`, match: rich, what },
    ...(opening.states.includes('invalid') ? [{ place: UNTRACKED, match: inNft(opening), what }] : []),
  ];
}

/** Whether firewalld has policies, for what a host forwards and sends: since release 0.9. */
export function hasPolicies({ chains }: Dropper['table']): boolean {
  return [...chains.keys()].some((name) => name.endsWith('_POLICIES_pre'));
}

const NAMES: Readonly<Record<number, string>> = { 1: 'icmp', 6: 'tcp', 17: 'udp', 58: 'icmpv6', 132: 'sctp' };

export function inNft({ family, protocol, source, destination, sourcePort, port, icmpType }: Opening): string {
  const ip = family === 'ipv4' ? 'ip' : 'ip6';
  const name = NAMES[protocol];
  return [
    source === undefined ? [] : `${ip} saddr ${source}`,
    destination === undefined ? [] : `${ip} daddr ${destination}`,
    icmpType === undefined ? [] : `${family === 'ipv4' ? 'icmp' : 'icmpv6'} type ${icmpType}`,
    sourcePort === undefined ? [] : `${name ?? 'th'} sport ${sourcePort}`,
    port === undefined ? [] : `${name ?? 'th'} dport ${port}`,
    (icmpType ?? sourcePort ?? port) !== undefined ? [] : `meta l4proto ${protocol}`,
  ]
    .flat()
    .join(' ');
}

export function inIptables({ family, protocol, source, destination, sourcePort, port, icmpType }: Opening): string {
  return [
    source === undefined ? [] : `-s ${source}`,
    destination === undefined ? [] : `-d ${destination}`,
    `-p ${NAMES[protocol] ?? protocol}`,
    icmpType === undefined ? [] : `${family === 'ipv4' ? '--icmp-type' : '--icmpv6-type'} ${icmpType}`,
    sourcePort === undefined ? [] : `--sport ${sourcePort}`,
    port === undefined ? [] : `--dport ${port}`,
  ]
    .flat()
    .join(' ');
}

const ICMP_NAMES: ReadonlyMap<string, string> = new Map(
  Object.entries<string>({ '1 3': 'destination-unreachable', '58 2': 'packet-too-big' }),
);

/** In the order in which firewalld prints it (firewalld.richlanguage(5)). */
export function richRule(opening: Opening): string | undefined {
  const { states, family, protocol, source, destination, sourcePort, port, icmpType } = opening;
  const name = NAMES[protocol] ?? '';
  const icmp = icmpType === undefined ? undefined : ICMP_NAMES.get(`${protocol} ${icmpType}`);
  // Replies are accepted as those of a connection.
  if (states.every((state) => state === 'established')) return undefined;
  if (icmpType !== undefined && icmp === undefined) return undefined;
  return [
    `rule family="${family}"`,
    source === undefined ? [] : `source address="${source}"`,
    destination === undefined ? [] : `destination address="${destination}"`,
    icmp !== undefined
      ? `icmp-type name="${icmp}"`
      : port !== undefined
        ? `port port="${port}" protocol="${name}"`
        : sourcePort !== undefined
          ? `source-port port="${sourcePort}" protocol="${name}"`
          : `protocol value="${protocol}"`,
    'accept',
  ]
    .flat()
    .join(' ');
}
