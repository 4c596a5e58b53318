import { Failure } from '../failure.ts';
import type { Directive } from '../keepalived/write.ts';
import { KEEPALIVED_CONF } from '../render/names.ts';
import { hostList } from '../text/host-list.ts';
import { directivesIn } from './conf-directives.ts';
import { type Plan, changesIn } from './plan.ts';

/** What clients would miss if it were removed by mistake. */
export interface Removals {
  /** Virtual IP addresses that no director keeps. */
  readonly addresses: readonly string[];
  /** Names or addresses of real servers that no virtual server keeps, when they are more than `SHARE` of all. */
  readonly realServers: readonly string[];
  /** Number of real servers before. */
  readonly of: number;
}

/** The share of the real servers that a deploy may remove without being asked to. */
export const SHARE = 1 / 3;

/** Compares the configurations of all directors that a plan changes. A file that is removed as a whole does not count. */
export function removalsIn(plan: Plan): Removals {
  const former: Serving = { addresses: new Set(), realServers: new Set() };
  const latter: Serving = { addresses: new Set(), realServers: new Set() };
  for (const { key, fields } of changesIn(plan)) {
    if (key !== KEEPALIVED_CONF) continue;
    for (const { text, before, after } of fields) {
      if (text !== true || before === undefined || after === undefined) continue;
      collect(directivesIn(before), former);
      collect(directivesIn(after), latter);
    }
  }
  const servers = [...former.realServers].filter((address) => !latter.realServers.has(address));
  const many = servers.length > SHARE * former.realServers.size;
  return {
    addresses: [...former.addresses].filter((address) => !latter.addresses.has(address)),
    realServers: many ? servers.map((address) => plan.names?.get(address) ?? address) : [],
    of: former.realServers.size,
  };
}

interface Serving {
  readonly addresses: Set<string>;
  readonly realServers: Set<string>;
}

function collect(directives: readonly Directive[], found: Serving): void {
  for (const { keyword, words, block = [] } of directives) {
    if (keyword === 'virtual_ipaddress' || keyword === 'virtual_ipaddress_excluded')
      for (const entry of block) found.addresses.add(entry.keyword.split('/', 1)[0] ?? '');
    else if (keyword === 'real_server') found.realServers.add(words[0] ?? '');
    else if (keyword === 'vrrp_instance' || keyword === 'virtual_server') collect(block, found);
  }
}

/** As a sentence without its full stop; undefined when nothing needs a flag. */
export function removalsText({ addresses, realServers, of }: Removals): string | undefined {
  const parts = [
    ...(addresses.length === 0 ? [] : [`the VIP${addresses.length === 1 ? '' : 's'} ${addresses.join(', ')}`]),
    ...(realServers.length === 0 ? [] : [`${realServers.length} of ${of} real servers (${hostList(realServers)})`]),
  ];
  return parts.length === 0 ? undefined : `This plan removes ${parts.join(' and ')} from the cluster`;
}

/** @throws Failure `inventory` */
export function requireFewRemovals(plan: Plan): void {
  const text = removalsText(removalsIn(plan));
  if (text === undefined) return;
  throw new Failure('inventory', `${text}. No changes made.`, {
    hint: 'Pass --allow-removals if that is intended; otherwise correct the inventory.',
  });
}
