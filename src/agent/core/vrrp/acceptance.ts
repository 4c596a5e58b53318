import { equalBytes } from '../bytes/write.ts';
import type { Drop } from '../messages/vrrp-reasons.ts';
import { type Advert, type Refusal, decodeAdvert, unpackAddresses } from './packet.ts';
import type { Received } from './event.ts';
import { isUnicast } from './sockets.ts';
import type { Instance, Taken, VrrpState } from './state.ts';

export type Checked =
  { readonly kind: 'taken'; readonly advert: Advert } | { readonly kind: 'dropped'; readonly drop: Drop };

/** Validates a received packet: RFC 9568 §7.1, RFC 3768 §7.1, and keepalived's own checks. */
export function check(packet: Received, instance: Instance, state: VrrpState): Checked {
  const { conf } = instance;
  // A bridge may loop our own packets back (RFC 9568 §6.4.2).
  if (state.views.get(packet.interface)?.own.has(packet.source) === true) return dropped({ code: 'own' });
  const before = takenBefore(packet, instance);
  if (before !== undefined) return { kind: 'taken', advert: before };
  const hops = hopsRefused(packet, instance);
  if (hops !== undefined) return dropped(hops);
  if (checksSource(instance) && !conf.unicast_peer.some(({ address }) => address === packet.source))
    return dropped({ code: 'source' });
  const decoded = decodeAdvert(packet.payload, packet);
  if (decoded.kind === 'refused') return dropped(refusal(decoded.reason, packet, conf.version));
  const { advert } = decoded;
  // RFC 9568 §7.1: the version must match the configured one.
  if (advert.version !== conf.version) return dropped({ code: 'version', version: advert.version, own: conf.version });
  const refused = advert.version === 2 ? version2Refused(advert, instance) : undefined;
  if (refused !== undefined) return refused;
  // RFC 9568 §5.2.7 does not exclude 0, but a backup that adopted it would take over at once.
  if (advert.interval === 0) return dropped({ code: 'no-interval' });
  return addressesRefused(advert, packet, instance) ?? { kind: 'taken', advert };
}

function hopsRefused(packet: Received, { conf }: Instance): Drop | undefined {
  if (!isUnicast(conf)) {
    // RFC 9568 §5.1.1.3, §5.1.2.3: 255 proves that no router has forwarded it.
    return packet.hops === 255 ? undefined : { code: 'hops', hops: packet.hops, least: 255, most: 255 };
  }
  const peer = conf.unicast_peer.find(({ address }) => address === packet.source);
  const [least, most] = [peer?.min_ttl ?? 0, peer?.max_ttl ?? 255];
  if (packet.hops >= least && packet.hops <= most) return undefined;
  return { code: 'hops', hops: packet.hops, least, most };
}

/** A TTL range can only be checked for a configured peer. */
function checksSource({ conf }: Instance): boolean {
  if (!isUnicast(conf)) return false;
  const ranged = conf.unicast_peer.some((peer) => peer.min_ttl !== undefined || peer.max_ttl !== undefined);
  return ranged || conf.check_unicast_src;
}

function version2Refused(advert: Advert, { conf, wire }: Instance): Checked | undefined {
  // RFC 2338 §7.1: the authentication type must match. AH is not supported.
  if (advert.authType !== wire.authType)
    return dropped({ code: 'auth-type', type: advert.authType, own: wire.authType });
  // RFC 2338 §10.2: the authentication data must match; without a type they are ignored (RFC 3768 §5.3.10).
  const ours = wire.authData;
  const theirs = advert.authData;
  if (advert.authType === 1 && (ours === undefined || theirs === undefined || !equalBytes(ours, theirs)))
    return dropped({ code: 'auth' });
  // RFC 3768 §7.1: the interval must match.
  if (advert.interval !== conf.advert_int)
    return dropped({ code: 'interval', interval: advert.interval, own: conf.advert_int });
  return undefined;
}

/**
 * Checking the addresses is optional in RFC 9568 §7.1. keepalived before 2.3.3 drops adverts whose addresses differ;
 * with skip_check_adv_addr it checks only the first advert of each master.
 */
function addressesRefused(advert: Advert, packet: Received, instance: Instance): Checked | undefined {
  const { conf, wire } = instance;
  // The common case: same addresses, same order.
  if (equalBytes(advert.addresses, wire.addresses)) return undefined;
  if (conf.skip_check_adv_addr && instance.master?.address === packet.source) return undefined;
  const theirs = unpackAddresses(advert.addresses, conf.family);
  const ours = unpackAddresses(wire.addresses, conf.family);
  if (theirs.length !== ours.length) return dropped({ code: 'count', count: theirs.length, own: ours.length });
  const missing = ours.find((address) => !theirs.includes(address));
  return missing === undefined ? undefined : dropped({ code: 'addresses', missing });
}

function refusal(reason: Refusal, { payload }: Received, own: 2 | 3): Drop {
  return reason === 'version' ? { code: 'version', version: (payload[0] ?? 0) >> 4, own } : { code: reason };
}

function dropped(drop: Drop): Checked {
  return { kind: 'dropped', drop };
}

/**
 * A fast path: nearly every packet repeats the previous one. Apart from the configuration, whose change clears `taken`,
 * the checks of RFC 9568 §7.1 depend only on the fields compared here. Undefined for any other packet.
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

/** The packet to compare the next one with; none if its addresses differ, as acceptance then depends on the master. */
export function takenNow(packet: Received, advert: Advert, { taken, wire }: Instance): Taken | undefined {
  if (advert === taken?.advert) return taken;
  return equalBytes(advert.addresses, wire.addresses) ? { packet, advert } : undefined;
}
