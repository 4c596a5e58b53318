import { addressBytes, formatAddress } from '../text/address.ts';
import type { ServiceAddress, VirtualServer, VirtualServerGroup } from '../model/check.ts';
import type { ServiceId } from './table.ts';

/**
 * The services that a virtual server stands for, in the order of its group, ranges of addresses one by one. None when
 * its group is not there: the reader of the file says so.
 */
export function serviceIds(server: VirtualServer, groups: readonly VirtualServerGroup[]): readonly ServiceId[] {
  const { target } = server;
  const members =
    target.kind === 'group' ? (groups.find((group) => group.name === target.group)?.members ?? []) : [target];
  return members.flatMap((member) => idsOf(member, server));
}

function idsOf(member: ServiceAddress, server: VirtualServer): readonly ServiceId[] {
  if (member.kind === 'fwmark') return [{ kind: 'fwmark', family: member.family, fwmark: member.fwmark }];
  const { protocol } = server;
  const { address, last, port } = member;
  return addressRange(address, last ?? address).map((one) => ({ kind: 'address', protocol, address: one, port }));
}

/** The addresses from the first to the last, both of one family. The reader limits their number. */
export function addressRange(first: string, last: string): readonly string[] {
  const end = addressBytes(last);
  const addresses = [first];
  for (let bytes = addressBytes(first); isBelow(bytes, end);) {
    bytes = successor(bytes);
    addresses.push(formatAddress(bytes));
  }
  return addresses;
}

function successor(bytes: Uint8Array): Uint8Array {
  const next = bytes.slice();
  let index = next.length - 1;
  while (index > 0 && next[index] === 255) {
    next[index] = 0;
    index -= 1;
  }
  next[index] = (next[index] ?? 0) + 1;
  return next;
}

function isBelow(a: Uint8Array, b: Uint8Array): boolean {
  const index = a.findIndex((byte, at) => byte !== b[at]);
  return index >= 0 && (a[index] ?? 0) < (b[index] ?? 0);
}
