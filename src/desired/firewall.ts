import { Failure } from '../failure.ts';
import type { Cluster, Member } from '../inventory/cluster.ts';
import { type Facts, interfaceOf } from '../observe/facts.ts';
import type { Firewall } from '../observe/firewall.ts';
import { type Dropper, droppersOf } from '../observe/ruleset.ts';
import { type Opening, directorOpenings, realServerOpenings } from './openings.ts';

/** A chain of a host's firewall that drops what the cluster needs, and the command that opens it. */
export interface Blocked {
  readonly opening: Opening;
  /** `chain input of table inet filter` */
  readonly where: string;
  readonly fix: string;
}

/** What the firewall of a host drops for certain; nothing is computed for a host without one. */
export function blockedBy(
  cluster: Cluster,
  { director, realServer }: Pick<Member, 'director' | 'realServer'>,
  facts: Facts,
): readonly Blocked[] {
  const { firewall } = facts;
  if (firewall === undefined) return [];
  const openings = [
    ...(director === undefined ? [] : directorOpenings(cluster, director)),
    ...(realServer === undefined ? [] : realServerOpenings(cluster, realServer)),
  ];
  return openings.flatMap((opening) => {
    const { at, states, ...packet } = opening;
    const device = at === undefined ? undefined : interfaceOf(facts, at);
    const droppers = states.flatMap((state) => droppersOf(firewall.tables, { ...packet, device, state }));
    const each = new Map(droppers.map((one) => [`${one.table.program} ${whereOf(one)}`, one]));
    return [...each.values()].map((dropper) => ({
      opening,
      where: whereOf(dropper),
      fix: firewall.manager === undefined ? ruleFor(opening, dropper) : MANAGED[firewall.manager](opening),
    }));
  });
}

function whereOf({ table, chain }: Dropper): string {
  return `chain ${chain} of table ${table.name}`;
}

/** At the head of the chain: a rule of another table does not undo a drop, nor does one behind `ct state invalid drop`. */
function ruleFor(opening: Opening, { table, chain }: Dropper): string {
  if (table.program === 'nft') return `nft insert rule ${table.name} ${chain} ${inNft(opening)} accept`;
  const program = opening.family === 'ipv4' ? 'iptables' : 'ip6tables';
  return `${program} -I ${chain} ${inIptables(opening)} -j ACCEPT`;
}

const NAMES: Readonly<Record<number, string>> = { 1: 'icmp', 6: 'tcp', 17: 'udp', 58: 'icmpv6', 132: 'sctp' };

function inNft({ family, protocol, source, destination, sourcePort, port, icmpType }: Opening): string {
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

function inIptables({ family, protocol, source, destination, sourcePort, port, icmpType }: Opening): string {
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

const BEFORE = 'above the rules for INVALID';

/** For programs that write the rules from configuration of their own, where a rule by hand would not last. */
const MANAGED: Readonly<Record<NonNullable<Firewall['manager']>, (opening: Opening) => string>> = {
  ufw: (opening) => {
    const six = opening.family === 'ipv6';
    const chain = `${six ? 'ufw6' : 'ufw'}-before-${opening.hook}`;
    return `add \`-A ${chain} ${inIptables(opening)} -j ACCEPT\` to /etc/ufw/before${six ? '6' : ''}.rules ${BEFORE}, then \`ufw reload\``;
  },
  firewalld: (opening) => {
    const rule = richRule(opening);
    return rule === undefined
      ? `firewalld has no rule that accepts ${opening.what}: keep the rules of this host with nftables instead`
      : `\`firewall-cmd --permanent --add-rich-rule='${rule}'\` with the --zone of the interface, then \`firewall-cmd --reload\``;
  },
};

/** Rich rules come behind firewalld's drop of invalid packets, and do not forward. */
function richRule({
  hook,
  states,
  family,
  protocol,
  source,
  destination,
  port,
  icmpType,
}: Opening): string | undefined {
  if (hook === 'forward' || icmpType !== undefined || !states.includes('new')) return undefined;
  return [
    `rule family="${family}"`,
    source === undefined ? [] : `source address="${source}"`,
    destination === undefined ? [] : `destination address="${destination}"`,
    port === undefined ? `protocol value="${protocol}"` : `port port="${port}" protocol="${NAMES[protocol] ?? ''}"`,
    'accept',
  ]
    .flat()
    .join(' ');
}

/** How many rules a message lists. */
const MOST = 10;

/** Why a host cannot be part of the cluster; undefined when its firewall lets all through that this needs at once. */
export function withFirewall(cluster: Cluster, member: Member, facts: Facts): Failure | undefined {
  const blocked = blockedBy(cluster, member, facts).filter(({ opening }) => opening.essential);
  if (blocked.length === 0) return undefined;
  const { name } = member.host;
  const what = [...new Set(blocked.map(({ opening }) => opening.what))];
  const where = [...new Set(blocked.map((one) => one.where))].join(', ');
  return new Failure('unsupported', `${name}: the firewall drops ${shortened(what)} (${where})`, {
    host: name,
    hint: `${fixOf(blocked)} Then deploy again.`,
  });
}

/** The rules to add, as a sentence. */
export function fixOf(blocked: readonly Blocked[]): string {
  const fixes = [...new Set(blocked.map(({ fix }) => fix))];
  const [first = ''] = fixes;
  const commands = /^(?:nft|ip6?tables) /.test(first) ? fixes.map((fix) => `\`${fix}\``) : fixes;
  return commands[0] === first
    ? `On the host: ${shortened(commands)}.`
    : `On the host: ${shortened(commands)}, and the same in the file that is loaded at boot.`;
}

function shortened(all: readonly string[]): string {
  const more = all.length - MOST;
  return `${all.slice(0, MOST).join('; ')}${more > 0 ? `; and ${more} more` : ''}`;
}
