import { isIPv4, isIPv6 } from 'node:net';
import * as z from 'zod';
import { canonicalAddress } from '../keepalived/text/address.ts';
import { parseNetwork } from './address.ts';
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

/** An address in its canonical form; undefined for a text that is none. */
export function parseAddress(text: string): string | undefined {
  if (isIPv4(text)) return text;
  return isIPv6(text) && !text.includes('%') ? canonicalAddress(text) : undefined;
}

function whyNoAddress(text: string): Why | undefined {
  if (/^[0-9.]+(?:\/[0-9]+)?$/.test(text)) return { what: `is not an IPv4 address: \`${text}\`` };
  if (/^[0-9a-fA-F]*:[0-9a-fA-F:.]*(?:\/[0-9]+)?$/.test(text))
    return { what: `is not an IPv6 address: \`${text}\``, hint: 'Write it as fd00::12.' };
  return undefined;
}

export function address() {
  return scalar('an IP address', parseAddress, {
    why: whyNoAddress,
    hint: 'Write it as 192.168.168.12 or fd00::12.',
  }).meta({ type: 'string', format: 'ip' });
}

/** A virtual address as it is written, with what follows it in keepalived.conf. */
export interface GivenVirtualAddress {
  readonly address: string;
  readonly prefix: number | undefined;
  readonly options: readonly string[];
}

/** ADDRESS, ADDRESS/PREFIX, a line of keepalived.conf that begins with one of these, or a map. */
export function virtualAddress() {
  const wanted = 'an IP address, with or without a prefix length';
  const hint = 'Write it as 192.168.168.12, or as keepalived does: 10.0.0.1/24 dev eth1.';
  return z
    .unknown()
    .transform((value, context): GivenVirtualAddress => {
      const text = typeof value === 'string' ? value : lineOf(value);
      const [first = '', ...options] = (text ?? '').split(' ').filter((part) => part !== '');
      const { address: parsed, prefix } = withPrefix(first) ?? {};
      const bad = options.find((option) => !/^[A-Za-z0-9_.:/@+-]+$/.test(option));
      if (parsed !== undefined && bad === undefined) return { address: parsed, prefix, options };
      const why =
        bad === undefined
          ? whyNoAddress(first)
          : { what: `has the word ${shown(bad)}, which cannot follow an address` };
      const message = why?.what ?? `must be ${wanted}, not ${shown(value)}`;
      context.addIssue({ code: 'custom', message, params: { hint: why?.hint ?? hint } });
      return z.NEVER;
    })
    .meta({
      anyOf: [
        { type: 'string' },
        {
          type: 'object',
          properties: {
            address: { type: 'string', format: 'ip' },
            prefix: { type: 'integer', minimum: 1, maximum: 128 },
            dev: { type: 'string' },
            label: { type: 'string' },
            scope: { type: ['string', 'number'] },
          },
          required: ['address'],
          additionalProperties: { type: ['string', 'number', 'boolean'] },
        },
      ],
    });
}

/** `{address: 10.0.0.1, prefix: 24, dev: eth1}` as a line; a flag is `true`. */
function lineOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const { address: host, prefix, ...options } = value as Readonly<Record<string, unknown>>;
  const words = Object.entries(options).flatMap(([key, one]) => (one === 'true' ? [key] : [key, one]));
  const all = [host, ...(prefix === undefined ? [] : [prefix]), ...words];
  if (!all.every((one) => typeof one === 'string')) return undefined;
  const [address = '', ...others] = all;
  return prefix === undefined ? all.join(' ') : [`${address}/${others[0] ?? ''}`, ...others.slice(1)].join(' ');
}

function withPrefix(text: string): { readonly address: string; readonly prefix: number | undefined } | undefined {
  const [host = '', prefix, ...rest] = text.split('/');
  const parsed = parseAddress(host);
  if (parsed === undefined || rest.length > 0) return undefined;
  if (prefix === undefined) return { address: parsed, prefix: undefined };
  const valid = /^[0-9]{1,3}$/.test(prefix) && Number(prefix) >= 1 && Number(prefix) <= (isIPv4(parsed) ? 32 : 128);
  return valid ? { address: parsed, prefix: Number(prefix) } : undefined;
}

/** CIDR of a segment, with its host bits cleared. */
export function network() {
  return scalar('a network such as 192.168.168.0/24', (text) => {
    if (parseAddress(text.split('/')[0] ?? '') === undefined) return undefined;
    const parsed = parseNetwork(text);
    return parsed === undefined || parsed.prefix === 0 ? undefined : `${parsed.address}/${parsed.prefix}`;
  }).meta({ type: 'string', pattern: '^[0-9a-fA-F.:]+/[0-9]+$' });
}

/** A map of names. */
export function namesTo<T extends z.ZodType>(item: T, most: number) {
  return z
    .record(z.string().regex(NAME, 'is no name: use letters, digits, `_`, `.`, `:` and `-`'), item)
    .refine((map) => Object.keys(map).length <= most, `must not have more than ${most} names`);
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9_.:-]{0,62}$/;

/** A word that stands in keepalived.conf without quotes: no space, brace, quote or comment sign can be in it. */
export function word(wanted: string) {
  return matching(wanted, NAME, 'Use letters, digits, `_`, `.`, `:` and `-`.');
}

/** A name that is at once a host name, a file name and a word in a message. */
export function hostName() {
  return matching(
    'a host name',
    /^[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/,
    'Use letters, digits and `-`, as in `dr1`.',
  );
}

/** A path and query of HTTP, escaped where it must be (RFC 3986 §3.3). */
export function requestPath() {
  return matching(
    'a path',
    /^\/[A-Za-z0-9._~!$&'()*+,;=:@%/?-]*$/,
    'Start with `/` and escape other characters with `%`.',
  );
}

export function statusSet() {
  return scalar('HTTP statuses, single ones or ranges', parseStatusSet, {
    hint: 'Write them with spaces in between, as in `200-399 403`.',
  }).meta({ type: TEXT, pattern: '^[1-5][0-9]{2}(-[1-5][0-9]{2})?( +[1-5][0-9]{2}(-[1-5][0-9]{2})?)*$' });
}

export function email() {
  return matching(
    'a mail address, or a user of the mail server',
    /^[A-Za-z0-9._%+=-]+(?:@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)?$/,
    'As in ops@example.com or root.',
  );
}

/** A file or folder on a host or on this machine. */
export function path(wanted: string) {
  const read = (text: string): string | undefined => (/^[^\0\r\n]{1,4096}$/.test(text) ? text : undefined);
  return scalar(wanted, read, { longest: 4096 }).meta({ type: 'string' });
}

export const PLAIN_PATH = /^(?:\/[A-Za-z0-9_+@-][A-Za-z0-9._+@-]*)+$/;

/** An absolute path that is written into files on the host as it is. */
export function plainPath(wanted: string) {
  return matching(wanted, PLAIN_PATH, 'Start with `/` and use letters, digits and `._+@-`.');
}

/** What `raw` is at every place. */
export const RAW = 'lines of keepalived.conf that are added here as they are, for what has no key';

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

export const interfaceName = matching(
  'the name of a network interface, or `auto`',
  /^[A-Za-z0-9][A-Za-z0-9_.:@-]{0,14}$/,
  '`auto` takes the interface that holds the address of the director.',
);
