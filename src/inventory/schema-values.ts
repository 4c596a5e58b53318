import { isIPv4 } from 'node:net';
import * as z from 'zod';
import { parseStatusSet } from './status-set.ts';

/** What a mistake says besides its sentence; see `check.ts`. */
export interface IssueParams {
  readonly hint?: string;
}

/** A value as a person would quote it in a sentence. */
export function shown(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a map';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.length > 60 ? `\`${text.slice(0, 57)}...\`` : `\`${text}\``;
}

/** Values are read as text, so that YAML's numbers are as good as words. */
const TEXT = ['string', 'number'];

/** characters of a value, and of a block of text */
const LONGEST = 1000;
const LONGEST_BLOCK = 256 * 1024;

/**
 * One value that was written as text. `read` gives undefined for what it does not take, or a sentence of its own.
 * `wanted` ends the sentence "must be ...".
 */
export function scalar<T>(
  wanted: string,
  read: (text: string) => T | undefined,
  options: {
    readonly hint?: string;
    readonly secret?: boolean;
    readonly longest?: number;
    readonly why?: (text: string) => Why | undefined;
  } = {},
) {
  const { longest = LONGEST } = options;
  return z.unknown().transform((value, context): T => {
    if (typeof value === 'string' && value.length > longest) {
      context.addIssue({ code: 'custom', message: `is longer than ${longest} characters; it must be ${wanted}` });
      return z.NEVER;
    }
    const result = typeof value === 'string' ? read(value) : undefined;
    if (result !== undefined) return result;
    const why = typeof value === 'string' ? options.why?.(value) : undefined;
    const hint = why?.hint ?? options.hint;
    const params: IssueParams = hint === undefined ? {} : { hint };
    const instead = options.secret === true && typeof value === 'string' ? '' : `, not ${shown(value)}`;
    context.addIssue({ code: 'custom', message: why?.what ?? `must be ${wanted}${instead}`, params: { ...params } });
    return z.NEVER;
  });
}

interface Why {
  /** Follows the name of the key. */
  readonly what: string;
  readonly hint?: string;
}

export function matching(wanted: string, pattern: RegExp, hint?: string) {
  const read = (text: string): string | undefined => (pattern.test(text) ? text : undefined);
  return scalar(wanted, read, hint === undefined ? {} : { hint }).meta({ type: TEXT, pattern: pattern.source });
}

export function integer(min: number, max: number, hint?: string) {
  const read = (text: string): number | undefined => {
    const value = /^[0-9]{1,10}$/.test(text) ? Number(text) : Number.NaN;
    return value >= min && value <= max ? value : undefined;
  };
  const wanted = `a whole number from ${min} to ${max}`;
  return scalar(wanted, read, hint === undefined ? {} : { hint }).meta({ type: 'integer', minimum: min, maximum: max });
}

/** Seconds, with at most two decimals. */
export function seconds(min: number, max: number) {
  return scalar(`a number of seconds from ${min} to ${max}`, (text) => {
    const value = /^[0-9]{1,6}(?:\.[0-9]{1,2})?$/.test(text) ? Number(text) : Number.NaN;
    return value >= min && value <= max ? value : undefined;
  }).meta({ type: 'number', minimum: min, maximum: max, unit: 'seconds' });
}

/** true and false in the words of keepalived and of YAML 1.1, which YAML 1.2 reads as texts. */
export const BOOLEAN_WORDS = [true, false, 'yes', 'no', 'on', 'off'];

export function boolean() {
  return scalar('true or false', (text) => {
    if (/^(?:true|yes|on)$/i.test(text)) return true;
    return /^(?:false|no|off)$/i.test(text) ? false : undefined;
  }).meta({ enum: BOOLEAN_WORDS });
}

export function oneOf<const T extends string>(
  words: readonly T[],
  why?: (text: string) => { readonly what: string; readonly hint?: string } | undefined,
) {
  const wanted = words.length === 1 ? `${words[0] ?? ''}` : `one of ${words.join(', ')}`;
  const read = (text: string): T | undefined => words.find((word) => word.toLowerCase() === text.toLowerCase());
  return scalar(wanted, read, why === undefined ? {} : { why }).meta({ enum: words });
}

/** IPv6 gets its own message, because it is unsupported rather than invalid. */
export function whyNoAddress(text: string): { readonly what: string; readonly hint?: string } | undefined {
  if (/^[0-9a-fA-F:]*:[0-9a-fA-F:.]*(?:\/[0-9]+)?$/.test(text)) {
    return { what: `is the IPv6 address \`${text}\`, which lvsctl does not support yet`, hint: 'Use IPv4 addresses.' };
  }
  if (/^[0-9.]+$/.test(text)) return { what: `is not an IPv4 address: \`${text}\`` };
  return undefined;
}

const ADDRESS = { type: 'string', format: 'ipv4' };

export function address() {
  return scalar('an IPv4 address', (text) => (isIPv4(text) ? text : undefined), {
    why: whyNoAddress,
    hint: 'Write it as four numbers: 192.168.168.12.',
  }).meta(ADDRESS);
}

/** ADDRESS or ADDRESS/PREFIX. */
export function addressWithPrefix() {
  return scalar(
    'an IPv4 address, with or without a prefix length',
    (text) => {
      const [, host = '', prefix] = /^([^/]*)(?:\/([0-9]{1,2}))?$/.exec(text) ?? [];
      if (!isIPv4(host) || Number(prefix ?? 32) > 32 || Number(prefix ?? 32) < 1) return undefined;
      return { address: host, prefix: prefix === undefined ? undefined : Number(prefix) };
    },
    { why: whyNoAddress, hint: 'Write it as 192.168.168.12 or 192.168.168.12/32.' },
  ).meta({ type: 'string', pattern: String.raw`^[0-9]+(\.[0-9]+){3}(/[0-9]+)?$` });
}

/** A word that stands in keepalived.conf without quotes: no space, brace, quote or comment sign can be in it. */
export function word(wanted: string) {
  return matching(wanted, /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,62}$/, 'Use letters, digits, `_`, `.`, `:` and `-`.');
}

/** A name that is at once a host name, a file name and a word in a message. */
export function hostName() {
  return matching(
    'a host name',
    /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/,
    'Use letters, digits and `-`, as in `dr1`.',
  );
}

export function statusSet() {
  return scalar('HTTP statuses, single ones or ranges', parseStatusSet, {
    hint: 'Write them with spaces in between, as in `200-399 403`.',
  }).meta({ type: TEXT, pattern: '^[1-5][0-9]{2}(-[1-5][0-9]{2})?( +[1-5][0-9]{2}(-[1-5][0-9]{2})?)*$' });
}

export function email() {
  return matching(
    'a mail address',
    /^[A-Za-z0-9._%+=-]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?$/,
    'As in ops@example.com.',
  );
}

/** A file or folder on a host or on this machine. */
export function path(wanted: string) {
  const read = (text: string): string | undefined => (/^[^\0\r\n]{1,4096}$/.test(text) ? text : undefined);
  return scalar(wanted, read, { longest: 4096 }).meta({ type: 'string' });
}

/** An absolute path that is written into files on the host as it is. */
export function plainPath(wanted: string) {
  return matching(
    wanted,
    /^(?:\/[A-Za-z0-9_+@-][A-Za-z0-9._+@-]*)+$/,
    'Start with `/` and use letters, digits and `._+@-`.',
  );
}

/** Lines for keepalived.conf; `rules/raw.ts` looks into them. */
export function raw() {
  return scalar('a block of text', (text) => (/^[^\0\r]*$/.test(text) && text.trim() !== '' ? text : undefined), {
    hint: 'Write `raw: |` and the lines of keepalived.conf below it, indented.',
    longest: LONGEST_BLOCK,
  }).meta({ type: 'string' });
}

/** A list of limited length. */
export function listOf<T extends z.ZodType>(item: T, most: number) {
  return z.array(item).max(most, `must not have more than ${most} items`);
}

/** One value or a list of them. */
export function oneOrMore<T extends z.ZodType>(item: T, most = 100) {
  return z
    .preprocess((value) => (Array.isArray(value) || value === undefined ? value : [value]), listOf(item, most))
    .meta({ shortForm: 'item' });
}

/** A host that may be given by its address alone. */
export function orAddress<T extends z.ZodType>(whole: T) {
  return z
    .preprocess((value) => (typeof value === 'string' ? { address: value } : value), whole)
    .meta({ shortForm: 'address' });
}
