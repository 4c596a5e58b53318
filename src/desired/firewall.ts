import { Failure } from '../failure.ts';
import type { Cluster, Member } from '../inventory/cluster.ts';
import { type Facts, interfaceOf } from '../observe/facts.ts';
import type { Firewall } from '../observe/firewall.ts';
import { type Dropper, chainsOf, droppersOf } from '../observe/ruleset.ts';
import { type FirewallRule, hasPolicies, inIptables, inNft, richRule, rulesFor } from './firewall-rules.ts';
import { directorDepartures, realServerDepartures } from './departures.ts';
import { type Opening, directorOpenings, realServerOpenings } from './openings.ts';

/** A chain of a host's firewall that drops what the cluster needs, and the command that opens it. */
export interface Blocked {
  readonly opening: Opening;
  /** `chain input of table inet filter` */
  readonly where: string;
  readonly fix: string;
  /** The rules that open it; undefined where lvsctl has none, or the inventory leaves the firewall to the user. */
  readonly rules: readonly FirewallRule[] | undefined;
}

type Roles = Pick<Member, 'director' | 'realServer'>;

/** What the firewall of a host drops for certain; nothing is computed for a host without one. */
export function blockedBy(cluster: Cluster, roles: Roles, facts: Facts): readonly Blocked[] {
  const { firewall } = facts;
  if (firewall === undefined || cluster.firewall === 'ignore') return [];
  return openingsOf(cluster, roles).flatMap((opening) =>
    chainsOn(opening, facts, droppersOf).map((dropper) => ({
      opening,
      where: whereOf(dropper),
      fix: firewall.manager === undefined ? ruleFor(opening, dropper) : MANAGED[firewall.manager](opening, dropper),
      rules: cluster.firewall === 'manage' ? rulesFor(opening, dropper) : undefined,
    })),
  );
}

/**
 * The rules to keep in the firewall of a host: those that it lacks, and of those that it has from lvsctl the ones that
 * the cluster still needs.
 * @param kept whether the script on the host has a rule
 */
export function wantedRules(
  cluster: Cluster,
  roles: Roles,
  facts: Facts,
  kept: (rule: FirewallRule) => boolean,
): readonly FirewallRule[] {
  if (facts.firewall === undefined || cluster.firewall !== 'manage') return [];
  const rules = openingsOf(cluster, roles).flatMap((opening) => {
    const droppers = new Set(chainsOn(opening, facts, droppersOf).map(whereOf));
    return chainsOn(opening, facts, chainsOf).flatMap((chain) => {
      const own = rulesFor(opening, chain) ?? [];
      return droppers.has(whereOf(chain)) || own.every(kept) ? own : [];
    });
  });
  return [...new Map(rules.toReversed().map((one) => [`${one.place}|${one.match}`, one])).values()].toReversed();
}

function openingsOf(cluster: Cluster, { director, realServer }: Roles): readonly Opening[] {
  return [
    ...(director === undefined
      ? []
      : [...directorOpenings(cluster, director), ...directorDepartures(cluster, director)]),
    ...(realServer === undefined
      ? []
      : [...realServerOpenings(cluster, realServer), ...realServerDepartures(cluster, realServer)]),
  ];
}

/** The chains that a packet of an opening enters, in any state that it may have. */
function chainsOn(opening: Opening, facts: Facts, chains: typeof droppersOf): readonly Dropper[] {
  const { at, states, ...packet } = opening;
  const own = at === undefined ? undefined : interfaceOf(facts, at);
  const device = opening.hook === 'output' ? { outDevice: own } : { device: own };
  const all = states.flatMap((state) => chains(facts.firewall?.tables ?? [], { ...packet, ...device, state }));
  return [
    ...new Map(all.map((one) => [`${one.table.program} ${one.table.families.join()} ${whereOf(one)}`, one])).values(),
  ];
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

const BEFORE = 'above the rules for INVALID';

/** For programs that write the rules from configuration of their own, where a rule by hand would not last. */
const MANAGED: Readonly<Record<NonNullable<Firewall['manager']>, (opening: Opening, dropper: Dropper) => string>> = {
  ufw: (opening) => {
    const six = opening.family === 'ipv6';
    const chain = `${six ? 'ufw6' : 'ufw'}-before-${opening.hook}`;
    return `add \`-A ${chain} ${inIptables(opening)} -j ACCEPT\` to /etc/ufw/before${six ? '6' : ''}.rules ${BEFORE}, then \`ufw reload\``;
  },
  firewalld: (opening, { table }) => {
    const rule = richRule(opening);
    if (rule === undefined)
      return `firewalld has no rule that accepts ${opening.what}: keep the rules of this host with nftables instead`;
    const command = `firewall-cmd --permanent --add-rich-rule='${rule}'`;
    if (opening.hook === 'input')
      return `\`${command}\` with the --zone of the interface, then \`firewall-cmd --reload\``;
    return hasPolicies(table)
      ? `\`${command}\` with the --policy of what the host ${opening.hook === 'output' ? 'sends' : 'forwards'}, then \`firewall-cmd --reload\``
      : `firewalld before 0.9 has no policy that accepts ${opening.what}: upgrade it, or keep the rules of this host with nftables`;
  },
};

/** How many rules a message lists. */
const MOST = 10;

/** Why a host cannot be part of the cluster; undefined when its firewall lets all through that this needs at once, or will. */
export function withFirewall(cluster: Cluster, member: Member, facts: Facts): Failure | undefined {
  const blocked = blockedBy(cluster, member, facts).filter(
    ({ opening, rules }) => opening.essential && rules === undefined,
  );
  if (blocked.length === 0) return undefined;
  const { name } = member.host;
  const what = [...new Set(blocked.map(({ opening }) => opening.what))];
  const where = [...new Set(blocked.map((one) => one.where))].join(', ');
  return new Failure('unsupported', `${name}: the firewall drops ${shortened(what)} (${where})`, {
    host: name,
    hint: `${fixOf(blocked)} Then deploy again.`,
  });
}

/** What to do, as a sentence. */
export function fixOf(blocked: readonly Blocked[]): string {
  if (blocked.every(({ rules }) => rules !== undefined)) return 'Run `lvsctl deploy`, which adds the rules.';
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
