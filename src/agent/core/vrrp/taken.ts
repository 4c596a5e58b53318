import { equalBytes } from '../bytes/write.ts';
import type { Advert } from './codec.ts';
import type { Received } from './event.ts';
import type { Instance, Taken } from './state.ts';

/**
 * Nearly every packet is the one before once more, and what was taken then is taken again: besides the configuration,
 * which forgets it when it changes, all checks of RFC 9568 §7.1 look at these alone. Undefined for any other packet.
 */
export function takenBefore(packet: Received, { taken }: Instance): Advert | undefined {
  if (taken === undefined) return undefined;
  const before = taken.packet;
  const isSame =
    packet.source === before.source &&
    packet.destination === before.destination &&
    packet.hops === before.hops &&
    equalBytes(packet.payload, before.payload);
  return isSame ? taken.advert : undefined;
}

/** What to know it by. With other addresses than ours it may have been taken because of who was master then: nothing. */
export function takenNow(packet: Received, advert: Advert, { taken, wire }: Instance): Taken | undefined {
  if (advert === taken?.advert) return taken;
  return equalBytes(advert.addresses, wire.addresses) ? { packet, advert } : undefined;
}
