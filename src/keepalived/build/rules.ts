import type { Family } from '../text/address.ts';
import type { Word } from '../language/mapped-text.ts';
import type { Statement } from '../language/read-statements.ts';
import type { NumberRange, Rule } from '../model/vrrp.ts';
import type { Context } from './context.ts';
import { type Network, ipprotoOf, networkOf, tableOf } from './iproute.ts';
import { nearest } from '../nearest.ts';
import {
  type LineOption,
  type LineOptions,
  flag,
  numeric,
  readInOrder,
  refused,
  value,
  wordsOf,
  wrong,
} from './options.ts';
import { quote, unsignedOf } from './values.ts';

const BOTH_FAMILIES = 'the addresses of a rule must be of one family';
const ONE_ACTION = 'a rule has one table or action, and this is a second one';
const NOT_SET = 'the agent does not support this selector of rules';

/** The draft of a line. */
interface Draft {
  family?: Family;
  from?: Network;
  to?: Network;
  iif?: string;
  oif?: string;
  fwmark?: NonNullable<Rule['fwmark']>;
  ipproto?: number;
  sport?: NumberRange;
  dport?: NumberRange;
  uidrange?: NumberRange;
  not?: true;
  action?: Exclude<Rule['action'], 'table'>;
  table?: number;
  suppress_prefixlength?: number;
  preference?: number;
}

const network = (name: 'from' | 'to'): LineOption<Draft> =>
  value((draft, word) => {
    const found = networkOf(word);
    if (found === undefined) return `${quote(word)} is no address with a prefix, as 192.0.2.0/24`;
    draft[name] = found;
    // keepalived reads `all` as a family other than that of an earlier address.
    if (draft.family !== undefined && draft.family !== found.family) return BOTH_FAMILIES;
    if (found.family !== undefined) draft.family = found.family;
    return undefined;
  });
const iif = value<Draft>((draft, { text }) => {
  draft.iif = text;
  return undefined;
});
/** FIRST-LAST, both complete. */
const range = (name: 'sport' | 'dport' | 'uidrange', most: number): LineOption<Draft> =>
  value((draft, word) => {
    const [, first, last] = /^(\d{1,10})-(\d{1,10})$/.exec(word.text) ?? [];
    if (first === undefined || last === undefined || Number(first) > most || Number(last) > most)
      return `${name} takes FIRST-LAST of up to ${most}, not ${quote(word)}`;
    draft[name] = { first: Number(first), last: Number(last) };
    return undefined;
  });
const action = (of: NonNullable<Draft['action']>): LineOption<Draft> =>
  function (draft, name) {
    if (draft.table !== undefined || draft.action !== undefined) return wrong(name, ONE_ACTION);
    draft.action = of;
    return undefined;
  };
const suppress = numeric<Draft>(
  (word) => unsignedOf(word.text) ?? `suppress_prefixlength takes a whole number, not ${quote(word)}`,
  (draft, number) => {
    draft.suppress_prefixlength = number;
  },
);
/** A rule has exactly one table, other than 0. */
const table = value<Draft>((draft, word) => {
  const number = tableOf(word);
  if (typeof number === 'string') return number;
  if (number === 0) return 'there is no table 0';
  if (draft.table !== undefined || draft.action !== undefined) return ONE_ACTION;
  draft.table = number;
  return undefined;
});
const preference = numeric<Draft>(preferenceOf, (draft, number) => {
  draft.preference = number;
});
/** keepalived 2.2.7 does not read its argument. */
const family =
  (of: Family): LineOption<Draft> =>
  (draft, name, next) => {
    next();
    if (draft.family !== undefined && draft.family !== of) return wrong(name, BOTH_FAMILIES);
    draft.family = of;
    return undefined;
  };

const OPTIONS: LineOptions<Draft> = {
  from: network('from'),
  to: network('to'),
  dev: iif,
  iif,
  oif: value((draft, { text }) => {
    draft.oif = text;
    return undefined;
  }),
  fwmark: value((draft, word) => {
    const mark = markOf(word);
    if (mark === undefined) return `fwmark takes a number, or number/mask, not ${quote(word)}`;
    draft.fwmark = mark;
    return undefined;
  }),
  table,
  lookup: table,
  preference,
  priority: preference,
  order: preference,
  inet: family('ipv4'),
  inet6: family('ipv6'),
  no_track: flag(() => undefined),
  ipproto: numeric(ipprotoOf, (draft, number) => {
    draft.ipproto = number;
  }),
  sport: range('sport', 65_535),
  dport: range('dport', 65_535),
  uidrange: range('uidrange', 4_294_967_295),
  not: flag((draft) => {
    draft.not = true;
  }),
  blackhole: action('blackhole'),
  unreachable: action('unreachable'),
  prohibit: action('prohibit'),
  suppress_prefixlength: suppress,
  sup_pl: suppress,
  nop: refused(NOT_SET, 0),
  l3mdev: refused('the agent keeps rules of tables, not of VRFs', 0),
  ...Object.fromEntries(
    [
      'tos',
      'dsfield',
      'realms',
      'goto',
      'type',
      'tunnel-id',
      'protocol',
      'ip_proto',
      'suppress_ifgroup',
      'sup_group',
    ].map((name) => [name, refused<Draft>(NOT_SET)]),
  ),
};
const STATIC_OPTIONS: LineOptions<Draft> = {
  ...OPTIONS,
  track_group: refused('the agent does not watch static rules'),
};

const unknown: LineOption<Draft> = (_, word) => {
  const meant = nearest(word.text, Object.keys(OPTIONS));
  return wrong(word, `unknown word ${quote(word)}`, meant === undefined ? undefined : `did you mean ${meant}?`);
};

/** The next preference for rules without one. Shared by the whole file, or rules of two instances would collide. */
export type NextPreference = Record<Family, number>;

export const firstPreference = (): NextPreference => ({ ipv4: 16_384, ipv6: 16_384 });

/** The lines of virtual_rules or static_rules. `context.nextPreference` is counted down. */
export function rulesOf(blocks: readonly Statement[], place: string, context: RuleContext): readonly Rule[] {
  return blocks
    .flatMap(({ block }) => block ?? [])
    .map((line) => ruleOf(line, place, context))
    .filter((rule) => rule !== undefined);
}

type RuleContext = Pick<Context, 'say' | 'interfaces' | 'nextPreference'>;

function ruleOf(line: Statement, place: string, { say, interfaces, nextPreference }: RuleContext): Rule | undefined {
  const draft: Draft = {};
  const options = place === 'static_rules' ? STATIC_OPTIONS : OPTIONS;
  if (!readInOrder(draft, wordsOf(line, say), { options, other: unknown, place, say, interfaces })) return undefined;
  const { position } = line.keyword;
  const { from, to, family: own = 'ipv4' } = draft;
  if (draft.table === undefined && draft.action === undefined) {
    say.error(position, `a rule of ${place} needs a table`);
    return undefined;
  }
  if (draft.action !== undefined && draft.suppress_prefixlength !== undefined) {
    say.error(position, `a rule of ${place} with suppress_prefixlength needs a table`);
    return undefined;
  }
  if (from?.surplus === true || to?.surplus === true)
    say.error(position, `invalid prefix of an address of ${place}: read as a single address`);
  let { preference: given } = draft;
  if (given === undefined) {
    say.warning(position, `a rule of ${place} has no preference and gets one, counting down from 16384`, 5);
    given = nextPreference[own];
    nextPreference[own] -= 1;
  }
  return {
    family: own,
    from: prefixOf(from),
    to: prefixOf(to),
    iif: draft.iif,
    oif: draft.oif,
    fwmark: draft.fwmark,
    ipproto: draft.ipproto,
    sport: draft.sport,
    dport: draft.dport,
    uidrange: draft.uidrange,
    not: draft.not === true,
    action: draft.action ?? 'table',
    table: draft.table ?? 0,
    suppress_prefixlength: draft.suppress_prefixlength,
    preference: given,
  };
}

/** `all` needs no address in the rule. */
function prefixOf(given: Network | undefined): Rule['from'] {
  return given?.address === undefined ? undefined : { address: given.address, prefix: given.prefix };
}

/** MARK or MARK/MASK, in decimal or hex. */
function markOf({ text }: Word): Rule['fwmark'] {
  const match = /^(?<mark>0x[0-9a-f]{1,8}|\d{0,10})(?:\/(?<mask>0x[0-9a-f]{1,8}|\d{1,10}))?$/i.exec(text);
  const mark = Number(match?.groups?.['mark'] ?? NaN);
  const mask = Number(match?.groups?.['mask'] ?? 4_294_967_295);
  return mark <= 4_294_967_295 && mask <= 4_294_967_295 ? { mark, mask } : undefined;
}

function preferenceOf(word: Word): number | string {
  const number = /^0x[0-9a-f]+$/i.test(word.text) ? Number(word.text) : unsignedOf(word.text);
  return number !== undefined && number <= 4_294_967_295
    ? number
    : `preference takes a whole number, not ${quote(word)}`;
}
