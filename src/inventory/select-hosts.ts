import { nearest } from '../keepalived/nearest.ts';
import type { Member, Role } from './cluster.ts';

/** Which hosts of a cluster a verb works on. */
export interface HostSelection {
  /** Patterns, each possibly several separated by commas; empty for all hosts. */
  readonly limit: readonly string[];
  /** Of these, hosts with one of these roles; empty for any role. */
  readonly roles: readonly Role[];
}

export type SelectedHosts =
  { readonly members: readonly Member[] } | { readonly problem: string; readonly hint: string | undefined };

/** Words of a pattern that stand for all hosts of a role, as the inventory calls them. */
export const ROLE_WORDS: ReadonlyMap<string, Role> = new Map(
  Object.entries<Role>({
    directors: 'director',
    real_servers: 'real-server',
    client: 'client',
  }),
);

/** Maximum number of patterns. */
const MOST = 1000;

/**
 * Selects hosts by patterns: a name or an address, a glob of these (`rs*`, `rs?`, `rs[1-4]`), `directors`,
 * `real_servers`, `client`, or `all`; `!` in front removes hosts, whatever the order. Only removals start from all hosts.
 * The result is in the order of `members`.
 */
export function selectHosts(members: readonly Member[], { limit, roles }: HostSelection): SelectedHosts {
  const patterns = limit
    .flatMap((text) => text.split(','))
    .map((text) => text.trim())
    .filter((text) => text !== '');
  if (patterns.length > MOST) return { problem: `More than ${MOST} patterns of hosts.`, hint: undefined };
  if (limit.length > 0 && patterns.length === 0)
    return { problem: 'The pattern of hosts is empty.', hint: known(members) };
  const sets = patterns.map((pattern) => {
    const removes = pattern.startsWith('!');
    const text = removes ? pattern.slice(1).trim() : pattern;
    return { text, removes, hosts: new Set(members.filter(matcherOf(text, members))) };
  });
  const unmatched = sets.filter(({ hosts }) => hosts.size === 0).map(({ text }) => text);
  const [first] = unmatched;
  if (first !== undefined) {
    const quoted = unmatched.map((text) => `"${text}"`).join(', ');
    return { problem: `No host of the inventory matches ${quoted}.`, hint: suggestion(first, members) };
  }
  const added = sets.filter(({ removes }) => !removes);
  const selected = members
    .filter((member) => added.length === 0 || added.some(({ hosts }) => hosts.has(member)))
    .filter((member) => !sets.some(({ removes, hosts }) => removes && hosts.has(member)))
    .filter((member) => roles.length === 0 || roles.some((role) => hasRole(member, role)));
  if (selected.length > 0) return { members: selected };
  return { problem: 'The patterns and roles select no host.', hint: known(members) };
}

/** A host may have several roles. */
export function hasRole(member: Member, role: Role): boolean {
  switch (role) {
    case 'director':
      return member.director !== undefined;
    case 'real-server':
      return member.realServer !== undefined;
    case 'client':
      return member.client !== undefined;
  }
}

/** A host that is called like a role or a glob goes first. */
function matcherOf(text: string, members: readonly Member[]): (member: Member) => boolean {
  const isCalled = ({ host }: Member): boolean => host.name === text || host.addresses.includes(text);
  if (members.some(isCalled)) return isCalled;
  const role = ROLE_WORDS.get(text);
  if (role !== undefined) return (member) => hasRole(member, role);
  if (text === 'all') return () => true;
  return ({ host }) => [host.name, ...host.addresses].some((name) => matchesGlob(text, name));
}

/**
 * Whether a glob of `*`, `?` and `[…]` matches a whole name. Linear in the name for each star: it goes back to the last
 * star only.
 */
export function matchesGlob(glob: string, name: string): boolean {
  const parts = partsOf(glob);
  let at = 0;
  let part = 0;
  let star = -1;
  let resume = 0;
  while (at < name.length) {
    const current = parts[part];
    if (current === '*') {
      star = part;
      resume = at;
      part += 1;
    } else if (current?.(name.charAt(at)) === true) {
      at += 1;
      part += 1;
    } else if (star >= 0) {
      resume += 1;
      at = resume;
      part = star + 1;
    } else return false;
  }
  return parts.slice(part).every((rest) => rest === '*');
}

type GlobPart = '*' | ((character: string) => boolean);

function partsOf(glob: string): readonly GlobPart[] {
  const pieces = glob.match(/\*+|\?|\[[!^]?[^[\]]{1,100}\]|[^]/g) ?? [];
  return pieces.map((piece): GlobPart => {
    if (piece.startsWith('*')) return '*';
    if (piece === '?') return () => true;
    return piece.length > 1 ? characterClass(piece.slice(1, -1)) : (character) => character === piece;
  });
}

/** `a-f0-9`, negated by `!` or `^` in front. */
function characterClass(text: string): (character: string) => boolean {
  const negated = /^[!^]/.test(text);
  const ranges = [...(negated ? text.slice(1) : text).matchAll(/([^])-([^])|([^])/g)].map(
    ([, from, to, single = '']) => [from ?? single, to ?? single] as const,
  );
  return (character) => ranges.some(([from, to]) => character >= from && character <= to) !== negated;
}

function suggestion(text: string, members: readonly Member[]): string {
  const meant = nearest(text, [...members.map(({ host }) => host.name), ...ROLE_WORDS.keys(), 'all']);
  return meant === undefined ? known(members) : `Did you mean "${meant}"?`;
}

/** Names in a hint; more are left out. */
const SHOWN = 12;

function known(members: readonly Member[]): string {
  const names = members.map(({ host }) => host.name);
  const more = names.length > SHOWN ? ` and ${names.length - SHOWN} more` : '';
  return `Hosts: ${names.slice(0, SHOWN).join(', ')}${more}. Roles: ${[...ROLE_WORDS.keys()].join(', ')}.`;
}
