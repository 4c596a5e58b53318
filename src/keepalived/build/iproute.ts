import type { Word } from '../language/mapped-text.ts';
import { quote, wholeOf } from './values.ts';
import { type Family, canonicalAddress, familyOf } from '../text/address.ts';

/** Numbers of names in ip(8) (linux/rtnetlink.h). Names added in /etc/iproute2 are not supported. */
const SCOPES: Readonly<Record<string, number>> = {
  global: 0,
  site: 200,
  link: 253,
  host: 254,
  nowhere: 255,
};
const TABLES: Readonly<Record<string, number>> = { unspec: 0, default: 253, main: 254, local: 255 };
const PROTOCOLS: Readonly<Record<string, number>> = {
  redirect: 1,
  kernel: 2,
  boot: 3,
  static: 4,
  gated: 8,
  ra: 9,
  mrt: 10,
  zebra: 11,
  bird: 12,
  dnrouted: 13,
  xorp: 14,
  ntk: 15,
  dhcp: 16,
  keepalived: 18,
  babel: 42,
  bgp: 186,
  isis: 187,
  ospf: 188,
  rip: 189,
  eigrp: 192,
};

const IP_PROTOCOLS: Readonly<Record<string, number>> = {
  icmp: 1,
  tcp: 6,
  udp: 17,
  dccp: 33,
  gre: 47,
  esp: 50,
  ah: 51,
  'ipv6-icmp': 58,
  sctp: 132,
  udplite: 136,
};

/** The number of a word, or the error. */
export const scopeOf = (word: Word): number | string => numberOf(word, 'scope', SCOPES, 255);
export const tableOf = (word: Word): number | string => numberOf(word, 'table', TABLES, 4_294_967_295);
export const ipprotoOf = (word: Word): number | string => numberOf(word, 'ipproto', IP_PROTOCOLS, 255);
export const protocolOf = (word: Word): number | string => numberOf(word, 'protocol', PROTOCOLS, 255);

function numberOf(word: Word, what: string, names: Readonly<Record<string, number>>, most: number): number | string {
  const { text } = word;
  const value = Object.hasOwn(names, text)
    ? names[text]
    : /^0x[0-9a-f]{1,8}$/i.test(text)
      ? Number(text)
      : text === ''
        ? undefined
        : wholeOf(text);
  if (value !== undefined && value >= 0 && value <= most) return value;
  const known = Object.keys(names).join(', ');
  return `${what} takes a number up to ${most}, or one of ${known}; not ${quote(word)}`;
}

/** The destination of a route, or the selector of a rule. */
export interface Network {
  /** Undefined for any address of either family. */
  readonly address: string | undefined;
  readonly family: Family | undefined;
  readonly prefix: number;
  /** Its prefix was invalid. keepalived reads the address as that of a single host. */
  readonly surplus: boolean;
}

/** `ADDRESS[/PREFIX]`, `default`, `any` or `all`; undefined when it is none of them. */
export function networkOf({ text }: Word): Network | undefined {
  if (text === 'default' || text === 'any' || text === 'all')
    return { address: undefined, family: undefined, prefix: 0, surplus: false };
  if (text === 'default6') return { address: undefined, family: 'ipv6', prefix: 0, surplus: false };
  const slash = text.indexOf('/');
  const address = canonicalAddress(slash < 0 ? text : text.slice(0, slash));
  if (address === undefined) return undefined;
  const family = familyOf(address);
  const most = family === 'ipv4' ? 32 : 128;
  const given = slash < 0 ? most : lengthOf(text.slice(slash + 1));
  const surplus = given === undefined || given > most;
  return { address, family, prefix: surplus ? most : given, surplus };
}

function lengthOf(text: string): number | undefined {
  return /^[ \t]*(?:\+?\d{1,9})?$/.test(text) ? Number(text) : undefined;
}
