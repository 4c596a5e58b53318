import type { Family } from '../text/address.ts';
import type { Word } from '../language/mapped-text.ts';
import type { Statement } from '../language/read-statements.ts';
import type { Rule } from '../model/vrrp.ts';
import type { Context } from './context.ts';
import { type Network, networkOf, tableOf } from './iproute.ts';
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
const NOT_SET = 'the agent supports rules on addresses, interfaces and marks only';

/** What a line has come to. */
interface Draft {
  family?: Family;
  from?: Network;
  to?: Network;
  iif?: string;
  oif?: string;
  fwmark?: NonNullable<Rule['fwmark']>;
  table?: number;
  preference?: number;
}

const network = (name: 'from' | 'to'): LineOption<Draft> =>
  value((draft, word) => {
    const found = networkOf(word);
    if (found === undefined) return `${quote(word)} is no address with a prefix, as 192.0.2.0/24`;
    draft[name] = found;
    // keepalived takes `all` for another family than that of an address before it.
    if (draft.family !== undefined && draft.family !== found.family) return BOTH_FAMILIES;
    if (found.family !== undefined) draft.family = found.family;
    return undefined;
  });
const iif = value<Draft>((draft, { text }) => {
  draft.iif = text;
  return undefined;
});
/** A rule leads to one table, and to no table 0. */
const table = value<Draft>((draft, word) => {
  const number = tableOf(word);
  if (typeof number === 'string') return number;
  if (number === 0) return 'there is no table 0';
  if (draft.table !== undefined) return 'a rule needs one table, and this is a second one';
  draft.table = number;
  return undefined;
});
const preference = numeric<Draft>(preferenceOf, (draft, number) => {
  draft.preference = number;
});
/** keepalived 2.2.7 does not read the word behind it. */
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
  not: refused('the agent keeps no rules that are turned around', 0),
  l3mdev: refused('the agent keeps rules of tables, not of VRFs', 0),
  ...Object.fromEntries(
    ['nop', 'blackhole', 'unreachable', 'prohibit'].map((name) => [name, refused<Draft>(NOT_SET, 0)]),
  ),
  ...Object.fromEntries(
    [
      [
        'tos',
        'dsfield',
        'realms',
        'goto',
        'type',
        'uidrange',
        'tunnel-id',
        'protocol',
        'ipproto',
        'ip_proto',
        'sport',
        'dport',
      ],
      ['suppress_prefixlength', 'sup_pl', 'suppress_ifgroup', 'sup_group'],
    ]
      .flat()
      .map((name) => [name, refused<Draft>(NOT_SET)]),
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

/** What rules without a preference get next. One count for all of a file, or rules of two instances would be equal. */
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
  if (draft.table === undefined) {
    say.error(position, `a rule of ${place} needs a table`);
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
    table: draft.table,
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
