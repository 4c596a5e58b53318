import * as z from 'zod';
import { type Data, fromData } from '../keepalived/from-data.ts';
import { CHECKER_BLOCKS, CONNECTION, REAL_SERVER, VIRTUAL_SERVER } from '../keepalived/keywords/check.ts';
import { GLOBAL_DEFS } from '../keepalived/keywords/globals.ts';
import type { Keyword, Keywords } from '../keepalived/keywords/keyword.ts';
import { TOP } from '../keepalived/keywords/top.ts';
import { VRRP_INSTANCE } from '../keepalived/keywords/vrrp.ts';
import type { Directive } from '../keepalived/write.ts';

/** Keywords by their keys in an inventory, which are in small letters: `http_get` for HTTP_GET. */
export type InventoryKeywords = Readonly<Record<string, InventoryKeyword>>;

export interface InventoryKeyword {
  readonly keyword: string;
  readonly entry: Keyword;
  /** The blocks of keepalived.conf that it stands in. */
  readonly around: readonly string[];
}

/** The keyword of each key that keepalived has too, and whether lvsctl reads the key itself; for the JSON Schema. */
export const KEYWORD_OF_SCHEMA = new WeakMap<z.core.$ZodType, InventoryKeyword & { readonly own: boolean }>();

const REAL_SERVER_BLOCK = ['virtual_server', 'real_server'];

/**
 * Keepalived's keywords that an inventory has at each of its places, besides those that have a key of lvsctl's own.
 * Left out is what lvsctl writes from other keys, and old names of keywords.
 */
export const KEYWORDS = {
  top: without(TOP, [], ['global_defs', 'vrrp_instance', 'virtual_server', 'track_file']),
  global_defs: without(GLOBAL_DEFS, ['global_defs'], ['lvs_flush_onstop']),
  // State and priority are each director's own.
  vrrp_instance: without(
    VRRP_INSTANCE,
    ['vrrp_instance'],
    ['state', 'priority', 'native_ipv6', 'lvs_sync_daemon_interface'],
  ),
  virtual_servers: {
    ...without(VIRTUAL_SERVER, ['virtual_server'], ['real_server', 'lvs_sched', 'lvs_method', 'weight']),
    // For each of its real servers that has no check of its own.
    ...without(CHECKER_BLOCKS, REAL_SERVER_BLOCK, ['TCP_CHECK']),
  },
  // Its lvs_method is over the lb_kind of the virtual server, which is what lvsctl prepares the hosts for.
  real_servers: without(REAL_SERVER, REAL_SERVER_BLOCK, ['TCP_CHECK']),
  // retry has its older name, nb_get_retry.
  tcp_check: without(CONNECTION, [...REAL_SERVER_BLOCK, 'TCP_CHECK'], ['retry']),
} as const satisfies Readonly<Record<string, InventoryKeywords>>;

const CHECKER_NAMES: ReadonlySet<string> = new Set(Object.keys(CHECKER_BLOCKS));

/** A map of lvsctl's own keys and every other keyword of a table. */
export function withKeywords<T extends z.ZodRawShape>(own: T, table: InventoryKeywords, place: string) {
  const keywords = Object.fromEntries(
    Object.entries(table)
      .filter(([key]) => !Object.hasOwn(own, key))
      .map(([key, { keyword, entry }]) => [key, valueOf(key, keyword, entry, place).optional()]),
  );
  for (const [key, keyword] of Object.entries(table)) {
    const schema = own[key] ?? keywords[key];
    if (schema !== undefined) KEYWORD_OF_SCHEMA.set(schema, { ...keyword, own: Object.hasOwn(own, key) });
  }
  // The keywords are read with `directivesOf`; the type has the other keys alone, so that each is known by its name.
  const shape: T = { ...own, ...keywords };
  return z.strictObject(shape);
}

/** The directives that a `withKeywords` schema parsed, in the order of the table. */
export function directivesOf(map: object | undefined, table: InventoryKeywords): readonly Directive[] {
  const values: ReadonlyMap<string, unknown> = new Map(Object.entries(map ?? {}));
  return Object.keys(table).flatMap((key) => {
    const value = values.get(key);
    return value instanceof Written ? value.directives : [];
  });
}

/** Whether a keyword is a check of a real server. */
export function isChecker(keyword: string): boolean {
  return CHECKER_NAMES.has(keyword);
}

/** Separates checkers from other directives. */
export function partedChecks(directives: readonly Directive[]): {
  readonly checks: readonly Directive[];
  readonly others: readonly Directive[];
} {
  return {
    checks: directives.filter(({ keyword }) => isChecker(keyword)),
    others: directives.filter(({ keyword }) => !isChecker(keyword)),
  };
}

class Written {
  readonly directives: readonly Directive[];

  constructor(directives: readonly Directive[]) {
    this.directives = directives;
  }
}

function valueOf(key: string, keyword: string, entry: Keyword, place: string) {
  return z.unknown().transform((value, context) => {
    const { directives, mistakes } = fromData(key, dataOf(value), entry, place);
    for (const { at, what, hint } of mistakes) {
      const path = at.slice(1);
      // The schema puts the key before the message.
      const message = what.replace(/^\S+ /, '');
      context.addIssue({ code: 'custom', path, message, params: hint === undefined ? {} : { hint: sentence(hint) } });
    }
    return mistakes.length === 0 ? new Written(directives.map((one) => ({ ...one, keyword }))) : z.NEVER;
  });
}

/** `plainOf` gives nothing else than texts, lists and maps of them. */
function dataOf(value: unknown): Data {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(dataOf);
  if (typeof value !== 'object' || value === null) return null;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, dataOf(inner)]));
}

/** A hint of keepalived's reader, which is none by itself, as a sentence. */
export function sentence(hint: string): string {
  const text = `${hint.charAt(0).toUpperCase()}${hint.slice(1)}`;
  return /[.?!]$/.test(text) ? text : `${text}.`;
}

function without(table: Keywords, around: readonly string[], names: readonly string[]): InventoryKeywords {
  return Object.fromEntries(
    Object.entries(table)
      .filter(([keyword]) => !names.includes(keyword))
      .map(([keyword, entry]) => [keyword.toLowerCase(), { keyword, entry, around }]),
  );
}
