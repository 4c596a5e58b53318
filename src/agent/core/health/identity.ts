import type { Protocol, ServiceAddress, VirtualServer, VirtualServerGroup } from '../conf/model-check.ts';
import { addressBytes, formatAddress } from '../bytes/address.ts';
import { ByteReader } from '../bytes/byte-reader.ts';
import { concat, u32be } from '../bytes/write.ts';
import type { ServiceId } from '../ipvs/table.ts';

/** Two virtual servers with the same key are the same one, whatever else changed between two files. */
export function virtualKey(virtual: VirtualServer): string {
  return `${virtual.protocol} ${targetText(virtual)}`;
}

/** What tells real servers of one virtual server apart. */
export function realKey(real: { readonly address: string; readonly port: number }): string {
  return `[${real.address}]:${real.port}`;
}

/** As in the lines of the notify FIFO: `[192.0.2.10]:tcp:80`, `FWM 5`, or the group's name. */
export function virtualName(virtual: VirtualServer): string {
  const { target, protocol } = virtual;
  if (target.kind === 'group') return `[${target.group}]:${protocol.toLowerCase()}`;
  return target.kind === 'fwmark' ? `FWM ${target.fwmark}` : trio(target.address, protocol, target.port);
}

/** As `[192.0.2.1]:tcp:80`; the protocol is the virtual server's. */
export function realName(real: { readonly address: string; readonly port: number }, protocol: Protocol): string {
  return trio(real.address, protocol, real.port);
}

/** The services of the kernel that a virtual server stands for: of a group all members, of a range all addresses. */
export function serviceIds(virtual: VirtualServer, groups: readonly VirtualServerGroup[]): readonly ServiceId[] {
  const { target } = virtual;
  const members =
    target.kind === 'group' ? groups.find((group) => group.name === target.group)?.members : ([target] as const);
  return (members ?? []).flatMap((member) => memberIds(member, virtual.protocol));
}

/** Of a range, from the first to the last, which is above it; they differ in their last 32 bits at most. */
export function addressesOf(first: string, last: string | undefined): readonly string[] {
  if (last === undefined) return [first];
  const from = addressBytes(first);
  const begin = lowWord(from);
  return Array.from({ length: Math.max(0, lowWord(addressBytes(last)) - begin) + 1 }, (_, index) =>
    formatAddress(concat([from.subarray(0, -4), u32be(begin + index)])),
  );
}

function memberIds(member: ServiceAddress, protocol: Protocol): readonly ServiceId[] {
  if (member.kind === 'fwmark') return [{ kind: 'fwmark', family: member.family, fwmark: member.fwmark }];
  return addressesOf(member.address, member.last).map((address) => ({
    kind: 'address',
    protocol,
    address,
    port: member.port,
  }));
}

function targetText({ target }: VirtualServer): string {
  if (target.kind === 'group') return `group ${target.group}`;
  if (target.kind === 'fwmark') return `fwmark ${target.fwmark} ${target.family}`;
  return `[${target.address}]-${target.last ?? ''}:${target.port}`;
}

function trio(address: string, protocol: Protocol, port: number): string {
  return `[${address}]:${protocol.toLowerCase()}:${port}`;
}

function lowWord(bytes: Uint8Array): number {
  return new ByteReader(bytes, bytes.length - 4).u32();
}
