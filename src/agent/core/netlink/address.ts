import { addressBytes, familyOf, formatAddress, type Family } from '../../../keepalived/text/address.ts';
import { ByteReader } from '../bytes/byte-reader.ts';
import { concat, u32le, u8 } from '../bytes/write.ts';
import type { VirtualAddress } from '../../../keepalived/model/vrrp.ts';
import { attribute, attributeName, attributeU32, Attributes } from './attribute.ts';
import type { Message, Request } from './message.ts';
import { AF, NLM_F } from './number.ts';
import { IFA, IFA_F, RT_SCOPE, RTM } from './rtnetlink-number.ts';

/** An interface address as reported by RTM_NEWADDR. */
export interface AddressReport {
  readonly index: number;
  readonly family: Family;
  readonly address: string;
  readonly prefix: number;
  /** `global`, `site`, `link`, `host`, `nowhere`, or a number in decimal. */
  readonly scope: string;
  /** The peer address, if it differs. */
  readonly peer: string | undefined;
  readonly label: string | undefined;
  /** IFA_F_* bits. */
  readonly flags: number;
  /** IPv6: duplicate address detection is still in progress (RFC 4862 §5.4). */
  readonly tentative: boolean;
  /** IPv6: duplicate address detection failed, so the kernel does not use it. */
  readonly dadFailed: boolean;
}

/** Dumps the addresses of both families as RTM_NEWADDR messages. */
export function dumpAddresses(): Request {
  const payload = addressHeader(AF.UNSPEC, 0, 0, 0, 0);
  return { type: RTM.GETADDR, flags: NLM_F.REQUEST | NLM_F.DUMP, payload };
}

/**
 * Adds an address to an interface. EEXIST (17): already present, possibly with other flags. IPv6 addresses skip
 * duplicate address detection only with `nodad`.
 */
export function newAddress(index: number, address: VirtualAddress): Request {
  const payload = concat([identity(index, address), ...properties(address)]);
  return { type: RTM.NEWADDR, flags: NLM_F.REQUEST | NLM_F.ACK | NLM_F.CREATE | NLM_F.EXCL, payload };
}

/** Removes an address. EADDRNOTAVAIL (99): not present. */
export function deleteAddress(index: number, address: VirtualAddress): Request {
  return { type: RTM.DELADDR, flags: NLM_F.REQUEST | NLM_F.ACK, payload: identity(index, address) };
}

/** What identifies an address to the kernel. For IPv4 IFA_ADDRESS is the peer, by default the address itself. */
function identity(index: number, address: VirtualAddress): Uint8Array {
  const ipv4 = familyOf(address.address) === 'ipv4';
  const header = addressHeader(ipv4 ? AF.INET : AF.INET6, address.prefix, flagsOf(address), address.scope ?? 0, index);
  const local = attribute(IFA.LOCAL, addressBytes(address.address));
  return concat([header, local, attribute(IFA.ADDRESS, addressBytes(address.peer ?? address.address))]);
}

function properties(address: VirtualAddress): readonly Uint8Array[] {
  const attributes = [attributeU32(IFA.FLAGS, flagsOf(address))];
  if (address.broadcast !== undefined) attributes.push(attribute(IFA.BROADCAST, addressBytes(address.broadcast)));
  if (address.label !== undefined) attributes.push(attributeName(IFA.LABEL, address.label));
  // As in keepalived, IPv6 only: IPv4 source selection does not use lifetimes.
  const preferred = familyOf(address.address) === 'ipv6' ? address.preferred_lft : undefined;
  if (preferred !== undefined && preferred !== Infinity) attributes.push(lifetime(Math.floor(preferred / 1000)));
  return attributes;
}

function flagsOf(address: VirtualAddress): number {
  return (
    (address.home ? IFA_F.HOMEADDRESS : 0) |
    (address.nodad ? IFA_F.NODAD : 0) |
    (address.mngtmpaddr ? IFA_F.MANAGETEMPADDR : 0) |
    (address.noprefixroute ? IFA_F.NOPREFIXROUTE : 0)
  );
}

/** struct ifa_cacheinfo: preferred lifetime in seconds (0: deprecated, never a source address), valid forever. */
function lifetime(seconds: number): Uint8Array {
  return attribute(IFA.CACHEINFO, concat([u32le(seconds), u32le(0xffffffff), u32le(0), u32le(0)]));
}

/** struct ifaddrmsg (linux/if_addr.h). Flags above 8 bits need an attribute. */
function addressHeader(family: number, prefix: number, flags: number, scope: number, index: number): Uint8Array {
  return concat([u8(family), u8(prefix), u8(flags), u8(scope), u32le(index)]);
}

/** The address of an RTM_NEWADDR or RTM_DELADDR; undefined for families other than IPv4 and IPv6. */
export function decodeAddress(message: Message): AddressReport | 'malformed' | undefined {
  const reader = new ByteReader(message.payload);
  const number = reader.u8();
  const prefix = reader.u8();
  const shortFlags = reader.u8();
  const scope = reader.u8();
  const index = reader.u32le();
  if (reader.failed) return 'malformed';
  if (number !== AF.INET && number !== AF.INET6) return undefined;
  const attributes = new Attributes(reader.take(reader.left));
  const flags = attributes.u32(IFA.FLAGS) ?? shortFlags;
  const length = number === AF.INET ? 4 : 16;
  const other = attributes.bytes(IFA.ADDRESS);
  const own = attributes.bytes(IFA.LOCAL) ?? other;
  if (attributes.failed || own?.length !== length || (other !== undefined && other.length !== length))
    return 'malformed';
  const address = formatAddress(own);
  const peer = other === undefined ? address : formatAddress(other);
  return {
    index,
    family: number === AF.INET ? 'ipv4' : 'ipv6',
    address,
    prefix,
    scope: scopeName(scope),
    peer: peer === address ? undefined : peer,
    label: attributes.name(IFA.LABEL),
    flags,
    tentative: (flags & IFA_F.TENTATIVE) !== 0,
    dadFailed: (flags & IFA_F.DADFAILED) !== 0,
  };
}

const SCOPES: ReadonlyMap<number, string> = new Map([
  [RT_SCOPE.UNIVERSE, 'global'],
  [RT_SCOPE.SITE, 'site'],
  [RT_SCOPE.LINK, 'link'],
  [RT_SCOPE.HOST, 'host'],
  [RT_SCOPE.NOWHERE, 'nowhere'],
]);

function scopeName(scope: number): string {
  return SCOPES.get(scope) ?? String(scope);
}
