import { addressBytes, familyOf, formatAddress } from '../bytes/address.ts';
import type { ServiceAddress, VirtualServer, VirtualServerGroup } from '../conf/model-check.ts';
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

/** The addresses from the first to the last, which differ in their last byte (IPv4) or word (IPv6) alone. */
export function addressRange(first: string, last: string): readonly string[] {
  const bytes = addressBytes(first);
  const start = tail(bytes);
  const count = Math.max(0, tail(addressBytes(last)) - start) + 1;
  return Array.from({ length: count }, (_, step) => {
    const address = bytes.slice();
    address[bytes.length - 1] = (start + step) & 255;
    if (familyOf(first) === 'ipv6') address[bytes.length - 2] = (start + step) >> 8;
    return formatAddress(address);
  });
}

function tail(bytes: Uint8Array): number {
  const low = bytes.at(-1) ?? 0;
  return bytes.length === 4 ? low : ((bytes.at(-2) ?? 0) << 8) | low;
}
