import { type Family, familyOf } from '../text/address.ts';
import type { Word } from '../language/mapped-text.ts';
import type { Statement } from '../language/read-statements.ts';
import type { Rule } from '../model-vrrp.ts';
import type { Reporter } from '../reporter.ts';
import { prefixOf } from './addresses.ts';
import { tableOf } from './iproute-names.ts';
import { type Option, optionsOf, wordsOf } from './options.ts';
import { quote, unsignedOf } from './values.ts';

const NOT_SET: Option = { refused: 'the agent keeps rules that look at addresses, interfaces and marks', takes: 1 };

const OPTIONS: Readonly<Record<string, Option>> = {
  from: 'value',
  to: 'value',
  dev: 'value',
  iif: 'value',
  oif: 'value',
  fwmark: 'value',
  table: 'value',
  lookup: 'value',
  preference: 'value',
  priority: 'value',
  order: 'value',
  inet: 'flag',
  inet6: 'flag',
  no_track: 'flag',
  track_group: { refused: 'the agent does not watch static rules', takes: 1 },
  not: { refused: 'the agent keeps no rules that are turned around', takes: 0 },
  l3mdev: { refused: 'the agent keeps rules of tables, not of VRFs', takes: 0 },
  ...Object.fromEntries(
    [
      ['tos', 'dsfield', 'realms', 'goto', 'nop', 'blackhole', 'unreachable', 'prohibit', 'uidrange', 'tun_id'],
      ['protocol', 'ip_proto', 'ipproto', 'sport', 'dport', 'suppress_prefixlength', 'suppress_ifgroup'],
    ]
      .flat()
      .map((name) => [name, NOT_SET]),
  ),
};

/** What rules without a preference get next. One count for all of a file, or rules of two instances would be equal. */
export type NextPreference = Record<Family, number>;

export const firstPreference = (): NextPreference => ({ ipv4: 16_384, ipv6: 16_384 });

/** The lines of virtual_rules or static_rules. `next` is counted down. */
export function rulesOf(
  blocks: readonly Statement[],
  place: string,
  next: NextPreference,
  say: Reporter,
): readonly Rule[] {
  return blocks
    .flatMap(({ block }) => block ?? [])
    .map((line) => ruleOf(line, place, say))
    .filter((rule) => rule !== undefined)
    .map((rule) => {
      if (rule.preference !== undefined) return rule;
      const preference = next[rule.family];
      next[rule.family] -= 1;
      return { ...rule, preference };
    });
}

function ruleOf(line: Statement, place: string, say: Reporter): Rule | undefined {
  const options = optionsOf(wordsOf(line, say), OPTIONS, 0, place, say);
  const [from, to] = [prefix(options.value('from'), say), prefix(options.value('to'), say)];
  const table = options.value('table') ?? options.value('lookup');
  const preference = options.value('preference') ?? options.value('priority') ?? options.value('order');
  const iif = options.value('iif') ?? options.value('dev');
  const fwmark = options.value('fwmark');
  if (table === undefined || options.count('table', 'lookup') > 1) {
    say.error(line.keyword.position, `a rule of ${place} needs one table`);
    return undefined;
  }
  const family: Family = options.has('inet6') ? 'ipv6' : familyOf((from ?? to)?.address ?? '0.0.0.0');
  if (from !== undefined && to !== undefined && familyOf(from.address) !== familyOf(to.address))
    say.error(line.keyword.position, `a rule of ${place} has addresses of both families`);
  if (preference === undefined)
    say.warning(line.keyword.position, `a rule of ${place} has no preference, and gets one from 16384 down`, 5);
  return {
    family,
    from,
    to,
    iif: iif?.text,
    oif: options.value('oif')?.text,
    fwmark: fwmark === undefined ? undefined : markOf(fwmark, say),
    table: ruleTableOf(table, say),
    preference: preference === undefined ? undefined : number(preference, say),
  };
}

/** A rule leads to no table 0. */
function ruleTableOf(word: Word, say: Reporter): number {
  const table = tableOf(word, say);
  if (table === 0) say.error(word.position, 'table 0 of a rule is none');
  return table === undefined || table === 0 ? 254 : table;
}

function prefix(word: Word | undefined, say: Reporter): Rule['from'] {
  if (word === undefined || word.text === 'all' || word.text === 'any') return undefined;
  const found = prefixOf(word);
  if (found === undefined) say.error(word.position, `${quote(word)} is no address with a prefix, as 192.0.2.0/24`);
  return found;
}

/** MARK or MARK/MASK, in decimal or hex. */
function markOf(word: Word, say: Reporter): Rule['fwmark'] {
  const match = /^(?<mark>0x[0-9a-f]{1,8}|\d{1,10})(?:\/(?<mask>0x[0-9a-f]{1,8}|\d{1,10}))?$/i.exec(word.text);
  const mark = Number(match?.groups?.['mark'] ?? NaN);
  const mask = Number(match?.groups?.['mask'] ?? 4_294_967_295);
  if (mark <= 4_294_967_295 && mask <= 4_294_967_295) return { mark, mask };
  say.error(word.position, `fwmark takes a number, or number/mask, not ${quote(word)}`);
  return undefined;
}

function number(word: Word, say: Reporter): number | undefined {
  const value = /^0x[0-9a-f]+$/i.test(word.text) ? Number(word.text) : unsignedOf(word.text);
  if (value !== undefined && value >= 0 && value <= 4_294_967_295) return value;
  say.error(word.position, `preference takes a whole number, not ${quote(word)}`);
  return undefined;
}
