import type { VrrpInstance } from '../cluster.ts';
import { doubt, mistake, type Finding, type Linted } from '../finding.ts';
import { givenInstanceOf } from '../given-instances.ts';
import { KEYWORDS, directivesOf } from '../keywords.ts';
import type { PathParts } from '../place.ts';

/** What directors have to agree on, and what they must not share. */
export function vrrp(inventory: Linted): readonly Finding[] {
  return [
    ...strict(inventory),
    ...inventory.cluster.instances.flatMap((one) => ofInstance(inventory, one)),
    ...sharedIds(inventory),
  ];
}

/** In strict mode the master accepts no packets for its addresses, services included (acassen/keepalived#1373, #2046). */
function strict({ input }: Linted): readonly Finding[] {
  const given = directivesOf(input.global_defs, KEYWORDS.global_defs);
  if (!given.some(({ keyword, words }) => keyword === 'vrrp_strict' && !/^(?:off|no|false)$/i.test(words[0] ?? '')))
    return [];
  const what = '`vrrp_strict` makes the virtual addresses unreachable: keepalived drops every packet for them.';
  const hint = 'Remove it. A deploy refuses it on a director that is not in strict mode yet.';
  return [doubt(['global_defs', 'vrrp_strict'], what, hint)];
}

function ofInstance(inventory: Linted, instance: VrrpInstance): readonly Finding[] {
  const { input, cluster } = inventory;
  const given = givenInstanceOf(input, instance.name);
  // The IPv6 half of a pair has the values of the other.
  const half = instance.family === 'ipv6' && cluster.instances.some(({ name }) => `${name}_6` === instance.name);
  if (given === undefined || half) return [];
  const key = (name: string): PathParts =>
    given.at[0] === 'vrrp_instances' && !(name in given.own) ? ['vrrp_instance', name] : [...given.at, name];
  const member = (director: string, name: string): PathParts => {
    const index = cluster.directors.findIndex((one) => one.name === director);
    const at = ['directors', index];
    const override = input.directors?.[index]?.vrrp_instances?.[instance.name];
    if (override !== undefined && name in override) return [...at, 'vrrp_instances', instance.name, name];
    return given.own.directors === undefined ? [...at, name] : [...given.at, 'directors'];
  };
  return [priorities, owners, masters, preemption, interval].flatMap((rule) => rule(instance, key, member));
}

type InstanceRule = (
  instance: VrrpInstance,
  key: (name: string) => PathParts,
  member: (director: string, name: string) => PathParts,
) => readonly Finding[];

const priorities: InstanceRule = ({ members }, _key, at) => {
  const seen = new Map<number, string>();
  return inWrittenOrder(members, at).flatMap(({ director, priority }) => {
    const other = seen.get(priority);
    seen.set(priority, director);
    if (other === undefined) return [];
    const what = `${other} and ${director} have the same priority, ${priority}: their addresses would decide who is master.`;
    return [mistake(at(director, 'priority'), what, 'Give each director a priority of its own.')];
  });
};

const owners: InstanceRule = ({ members }, _key, at) =>
  inWrittenOrder(members, at)
    .filter(({ priority }) => priority === 255)
    .map(({ director }) => {
      const what = `${director} has priority 255, which is for the owner of an address: it preempts whatever \`nopreempt\` says, and no weight changes it.`;
      return doubt(at(director, 'priority'), what, 'Use 254 or less.');
    });

const masters: InstanceRule = ({ members }, _key, at) => {
  const highest = Math.max(...members.map(({ priority }) => priority));
  const claimed = inWrittenOrder(members, at).filter(({ state }) => state === 'MASTER');
  const second = claimed[1];
  const found: Finding[] = [];
  if (second !== undefined) {
    const who = claimed.map(({ director }) => director).join(' and ');
    const what = `${who} both start as MASTER.`;
    found.push(mistake(at(second.director, 'state'), what, 'Only the one with the highest priority should.'));
  }
  for (const { director, priority } of claimed) {
    if (priority === highest || second !== undefined) continue;
    const what = `${director} starts as MASTER, but another director has a higher priority and takes over at once.`;
    const hint = 'Give it the highest priority, or leave `state` out.';
    found.push(doubt(at(director, 'state'), what, hint, [['directors']]));
  }
  return found;
};

const preemption: InstanceRule = ({ nopreempt, preempt_delay, members }, key, at) => {
  const found: Finding[] = [];
  if (nopreempt && preempt_delay !== undefined) {
    const what = '`preempt_delay` says when to take the VIP back, and `nopreempt` says never to.';
    found.push(mistake(key('preempt_delay'), what, 'Keep one of them.'));
  }
  if (!nopreempt && preempt_delay === undefined) return found;
  const name = nopreempt ? 'nopreempt' : 'preempt_delay';
  for (const { director, state } of inWrittenOrder(members, at)) {
    if (state !== 'MASTER') continue;
    const what = `${director} starts as MASTER, and \`${name}\` works only when every director starts as BACKUP.`;
    found.push(mistake(at(director, 'state'), what, 'Leave `state` out.'));
  }
  return found;
};

/** keepalived speaks VRRPv2 by default, and rounds: directors that round differently drop each other's adverts. */
const interval: InstanceRule = ({ advert_int, version }, key) => {
  const at = key('advert_int');
  if (version === 3) {
    return advert_int > 40.95
      ? [mistake(at, '`advert_int` is at most 40.95 seconds in VRRPv3 (RFC 9568 §5.2.7).')]
      : [];
  }
  if (Number.isInteger(advert_int)) return [];
  const what = `\`advert_int\` is ${advert_int}, and VRRPv2 counts in whole seconds.`;
  return [mistake(at, what, 'Use a whole number, or add `version: 3` to vrrp_instance.')];
};

/** Two instances of one family on one interface would take each other's advertisements. */
function sharedIds({ cluster, input }: Linted): readonly Finding[] {
  const seen = new Map<string, string>();
  return cluster.instances.flatMap(({ name, family, virtual_router_id, members }) => {
    const keys = members.map((one) => `${family} ${virtual_router_id} ${one.director} ${one.interface} ${one.address}`);
    const other = keys.map((key) => seen.get(key)).find((found) => found !== undefined);
    for (const key of keys) if (!seen.has(key)) seen.set(key, name);
    if (other === undefined) return [];
    const at = [...(givenInstanceOf(input, name)?.at ?? []), 'virtual_router_id'];
    const what = `${other} and ${name} have the same virtual_router_id, ${virtual_router_id}, on one interface.`;
    return [mistake(at, what, 'Give each VRRP instance an ID of its own.')];
  });
}

/** As in the inventory, so that the later of two is reported. */
function inWrittenOrder(members: VrrpInstance['members'], at: (director: string, name: string) => PathParts) {
  const place = (director: string): number => Number(at(director, 'priority')[1] ?? 0);
  return members.toSorted((one, other) => place(one.director) - place(other.director));
}
