import { addressBytes } from '../../../keepalived/text/address.ts';
import { encodeUtf8 } from '../../../keepalived/text/utf8.ts';
import { concat, u16be, u16le, u32le, u8 } from '../../core/bytes/write.ts';

export const AF_UNIX = 1;
export const AF_INET = 2;
export const AF_INET6 = 10;
export const AF_NETLINK = 16;
export const AF_PACKET = 17;

/** A decoded struct sockaddr. */
export type SocketAddress =
  /** `scope` is the interface index of a link-local IPv6 address, otherwise 0. */
  | { readonly kind: 'ip'; readonly address: string; readonly port: number; readonly scope: number }
  | { readonly kind: 'unix'; readonly path: string }
  /** An abstract socket name (unix(7)). */
  | { readonly kind: 'abstract'; readonly name: string }
  | { readonly kind: 'netlink'; readonly pid: number; readonly groups: number }
  /** `protocol` is an ethertype in host byte order. */
  | { readonly kind: 'packet'; readonly protocol: number; readonly index: number; readonly mac: Uint8Array };

/** sockaddr_in, sockaddr_in6 (linux/in6.h), sockaddr_un, sockaddr_nl (linux/netlink.h) or sockaddr_ll (linux/if_packet.h). */
export function encodeSocketAddress(address: SocketAddress): Uint8Array {
  switch (address.kind) {
    case 'ip': {
      const bytes = addressBytes(address.address);
      if (bytes.length === 4) return concat([u16le(AF_INET), u16be(address.port), bytes, new Uint8Array(8)]);
      return concat([u16le(AF_INET6), u16be(address.port), u32le(0), bytes, u32le(address.scope)]);
    }
    case 'unix':
      return concat([u16le(AF_UNIX), encodeUtf8(address.path), u8(0)]);
    case 'abstract':
      return concat([u16le(AF_UNIX), u8(0), encodeUtf8(address.name)]);
    case 'netlink':
      return concat([u16le(AF_NETLINK), u16le(0), u32le(address.pid), u32le(address.groups)]);
    case 'packet': {
      const mac = new Uint8Array(8);
      mac.set(address.mac.subarray(0, 8));
      return concat([
        u16le(AF_PACKET),
        u16be(address.protocol),
        u32le(address.index),
        u16le(0),
        u8(0),
        u8(Math.min(address.mac.length, 8)),
        mac,
      ]);
    }
  }
}
