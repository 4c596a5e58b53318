import { type Family, canonicalAddress, familyOf } from '../text/address.ts';
import type { Word } from '../language/mapped-text.ts';

/** Where a route goes to, or what a rule looks at. */
export interface Network {
  /** Undefined: any, of whatever family. */
  readonly address: string | undefined;
  readonly family: Family | undefined;
  readonly prefix: number;
  /** It had a prefix that is none. keepalived takes the address as that of a single host. */
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
  const told = slash < 0 ? most : lengthOf(text.slice(slash + 1));
  const surplus = told === undefined || told > most;
  return { address, family, prefix: surplus ? most : told, surplus };
}

function lengthOf(text: string): number | undefined {
  return /^[ \t]*(?:\+?\d{1,9})?$/.test(text) ? Number(text) : undefined;
}
