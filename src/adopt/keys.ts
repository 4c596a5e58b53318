import { type InventoryKeywords, KEYWORDS } from '../inventory/keywords.ts';
import type { PlacedDirective } from '../keepalived/read-directives.ts';
import { type DataKeys, type Omitted, toData } from '../keepalived/to-data.ts';
import type { DataMap } from './draft.ts';

/** The keys of the inventory for each block of keepalived.conf. */
const KEYS = {
  top: keysOf(KEYWORDS.top),
  global_defs: keysOf(KEYWORDS.global_defs),
  vrrp_instance: keysOf(KEYWORDS.vrrp_instance),
  virtual_server: keysOf(KEYWORDS.virtual_servers),
  real_server: keysOf(KEYWORDS.real_servers),
  TCP_CHECK: keysOf(KEYWORDS.tcp_check),
} as const satisfies Readonly<Record<string, DataKeys>>;

function keysOf(table: InventoryKeywords): DataKeys {
  return new Map(Object.entries(table).map(([key, { keyword, entry }]) => [keyword, { key, entry }]));
}

/** Keywords of a block as keys of the inventory. `say` takes a sentence for each that is left out. */
export function keysIn(
  directives: readonly PlacedDirective[],
  place: keyof typeof KEYS,
  say: (text: string) => void,
): DataMap {
  const { data, omitted } = toData(directives, KEYS[place], place === 'top' ? 'the configuration' : place);
  for (const one of omitted) say(sentenceOf(one));
  return data;
}

function sentenceOf({ directive, why, text }: Omitted): string {
  const { line } = directive.position;
  const written = [directive.keyword, ...directive.words].join(' ').slice(0, 80);
  const left = why === 'repeated' ? 'another one counts' : 'left out';
  return `Line ${line}, \`${written}\`: ${left}. ${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

export function inBlocks(directives: readonly PlacedDirective[], keyword: string): readonly PlacedDirective[] {
  return directives.filter((directive) => directive.keyword === keyword).flatMap(({ block }) => block ?? []);
}

export function except(
  directives: readonly PlacedDirective[],
  ...keywords: readonly string[]
): readonly PlacedDirective[] {
  return directives.filter(({ keyword }) => !keywords.includes(keyword));
}
