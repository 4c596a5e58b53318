import { decodeAddress, type AddressReport } from './address.ts';
import { decodeLink, type LinkReport } from './link.ts';
import type { Message } from './message.ts';
import { RTM } from './rtnetlink-number.ts';

/** What one message of rtnetlink says, whether it answers a dump or tells of a change. */
export type RoutingEvent =
  | { readonly kind: 'link' | 'link-gone'; readonly link: LinkReport }
  | { readonly kind: 'address' | 'address-gone'; readonly address: AddressReport }
  /** It should be one of the above, and its bytes are not. */
  | { readonly kind: 'malformed'; readonly type: number };

/** Undefined for messages about other things. */
export function decodeRoutingEvent(message: Message): RoutingEvent | undefined {
  const { type } = message;
  switch (type) {
    case RTM.NEWLINK:
    case RTM.DELLINK: {
      const link = decodeLink(message);
      if (link === 'malformed') return { kind: 'malformed', type };
      return link === undefined ? undefined : { kind: type === RTM.NEWLINK ? 'link' : 'link-gone', link };
    }
    case RTM.NEWADDR:
    case RTM.DELADDR: {
      const address = decodeAddress(message);
      if (address === 'malformed') return { kind: 'malformed', type };
      return address === undefined ? undefined : { kind: type === RTM.NEWADDR ? 'address' : 'address-gone', address };
    }
    default:
      return undefined;
  }
}
