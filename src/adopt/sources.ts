import { serviceIds } from '../keepalived/ipvs/expand.ts';
import { serviceKey } from '../keepalived/ipvs/key.ts';
import type { Table } from '../keepalived/ipvs/table.ts';
import { canonicalAddress } from '../keepalived/text/address.ts';
import type { AdoptedConf } from './adopted-file.ts';
import { HOST_NAME } from './hosts.ts';

/** A file of a cluster that was built by hand. */
export interface NamedText {
  /** As the user gave it. */
  readonly file: string;
  readonly text: string;
}

export type FileKind = 'keepalived.conf' | 'ipvsadm-save' | 'lvs script' | 'other';

/** What a file is, by what is in it. */
export function kindOf(text: string): FileKind {
  if (/^[ \t]*(?:vrrp_instance|virtual_server|global_defs|vrrp_script|vrrp_sync_group|include)\b/m.test(text))
    return 'keepalived.conf';
  if (/^[ \t]*-A[ \t]+(?:-[tuf]|--(?:tcp|udp|sctp|fwmark)-service)\s/m.test(text)) return 'ipvsadm-save';
  return /^#!.*sh\b/.test(text) || /arp_(?:ignore|announce)/.test(text) ? 'lvs script' : 'other';
}

/** Names of directors: of the file, of its folder, else by their order. */
export function directorNames(files: readonly NamedText[]): readonly string[] {
  const used = new Set<string>();
  const names: string[] = [];
  files.forEach(({ file }) => {
    const parts = file.split(/[/\\]/).filter((part) => part !== '' && part !== '.' && part !== '..');
    const candidates = parts.toReversed().map(nameIn);
    const free = candidates.find((name) => name !== undefined && !used.has(name.toLowerCase()));
    let name = free;
    for (let number = 1; name === undefined; number += 1) name = used.has(`dr${number}`) ? undefined : `dr${number}`;
    used.add(name.toLowerCase());
    names.push(name);
  });
  return names;
}

/** Words of a path that say nothing of the host. */
const GENERIC =
  /^(?:etc|keepalived|lvs|conf(?:ig|igs|\.d)?|home|root|tmp|var|srv|files?|backup|src|save|table|ipvsadm(?:-save)?)$/i;

function nameIn(part: string): string | undefined {
  const name = part
    .replace(/\.(?:conf|cfg|txt|save|rules|bak)$/gi, '')
    .replaceAll(/(?:^|[-_.])(?:keepalived|ipvsadm)(?:[-_.]conf)?(?=$|[-_.])/gi, '')
    .replaceAll(/^[-_.]+|(?<![-_.])[-_.]+$/g, '')
    .replaceAll('_', '-');
  return HOST_NAME.test(name) && !GENERIC.test(name) ? name : undefined;
}

/** The VIPs that a script puts on lo. */
export function vipsOfScript(text: string): readonly string[] {
  const found = [
    ...text.matchAll(/\bVIP\w*\s*=\s*["']?([0-9A-Fa-f.: ]+)|\badd(?:ress)?\s+([0-9A-Fa-f.:]+)(?:\/\d+)?/g),
  ];
  const words = found.flatMap(([, list, one]) => (list ?? one ?? '').split(/\s+/));
  return [...new Set(words.map((word) => canonicalAddress(word)).filter((address) => address !== undefined))];
}

/** Sentences about services of a table that no virtual server of a configuration stands for. */
export function strayServices({ conf }: AdoptedConf, table: Table): readonly string[] {
  const { virtual_server, virtual_server_group } = conf.check;
  const known = new Set(virtual_server.flatMap((server) => serviceIds(server, virtual_server_group).map(serviceKey)));
  return table
    .map(({ id }) => serviceKey(id))
    .filter((key) => !known.has(key))
    .map((key) => `The kernel's table has ${key}, which keepalived.conf does not: it is not in this inventory.`);
}
