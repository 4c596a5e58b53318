import { equalBytes } from '../bytes/write.ts';
import { type Advert, type Refusal, decodeAdvert, unpackAddresses } from './packet.ts';
import type { Received } from './event.ts';
import { isUnicast } from './sockets.ts';
import type { Instance, Taken, VrrpState } from './state.ts';

/** Why a packet with our VRID is discarded. */
export type Drop = Refusal | 'own' | 'hops' | 'source' | 'auth-type' | 'auth' | 'interval' | 'count' | 'addresses';

export type Checked =
  | { readonly kind: 'taken'; readonly advert: Advert }
  | { readonly kind: 'dropped'; readonly reason: Drop; readonly text: string };

/** Validates a received packet: RFC 9568 §7.1, RFC 3768 §7.1, and keepalived's own checks. */
export function check(packet: Received, instance: Instance, state: VrrpState): Checked {
  const { conf } = instance;
  // A bridge may loop our own packets back (RFC 9568 §6.4.2).
  if (state.views.get(packet.interface)?.own.has(packet.source) === true)
    return dropped('own', 'it has our own source address');
  const before = takenBefore(packet, instance);
  if (before !== undefined) return { kind: 'taken', advert: before };
  const hops = hopsRefused(packet, instance);
  if (hops !== undefined) return dropped('hops', hops);
  if (checksSource(instance) && !conf.unicast_peer.some(({ address }) => address === packet.source))
    return dropped('source', 'the sender is not a unicast_peer');
  const decoded = decodeAdvert(packet.payload, packet);
  if (decoded.kind === 'refused') return dropped(decoded.reason, REFUSED[decoded.reason]);
  const { advert } = decoded;
  // RFC 9568 §7.1: the version must match the configured one.
  if (advert.version !== conf.version)
    return dropped('version', `its version is ${advert.version}, not ${conf.version}`);
  const refused = advert.version === 2 ? version2Refused(advert, instance) : undefined;
  if (refused !== undefined) return refused;
  // RFC 9568 §5.2.7 does not exclude 0, but a backup that adopted it would take over at once.
  if (advert.interval === 0) return dropped('interval', 'its interval is 0');
  return addressesRefused(advert, packet, instance) ?? { kind: 'taken', advert };
}

function hopsRefused(packet: Received, { conf }: Instance): string | undefined {
  if (!isUnicast(conf)) {
    // RFC 9568 §5.1.1.3, §5.1.2.3: 255 proves that no router has forwarded it.
    return packet.hops === 255 ? undefined : `its TTL or hop limit is ${packet.hops}, not 255`;
  }
  const peer = conf.unicast_peer.find(({ address }) => address === packet.source);
  const [least, most] = [peer?.min_ttl ?? 0, peer?.max_ttl ?? 255];
  if (packet.hops >= least && packet.hops <= most) return undefined;
  return `its TTL or hop limit is ${packet.hops}, not within ${least} to ${most}`;
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
    return dropped('auth-type', `its authentication type is ${advert.authType}, not ${wire.authType}`);
  // RFC 2338 §10.2: the authentication data must match; without a type they are ignored (RFC 3768 §5.3.10).
  const ours = wire.authData;
  const theirs = advert.authData;
  if (advert.authType === 1 && (ours === undefined || theirs === undefined || !equalBytes(ours, theirs)))
    return dropped('auth', 'its auth_pass differs');
  // RFC 3768 §7.1: the interval must match.
  if (advert.interval !== conf.advert_int)
    return dropped('interval', `its interval is ${advert.interval / 1000} s, not ${conf.advert_int / 1000} s`);
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
  if (theirs.length !== ours.length) return dropped('count', `it lists ${theirs.length} addresses, not ${ours.length}`);
  const missing = ours.find((address) => !theirs.includes(address));
  return missing === undefined ? undefined : dropped('addresses', `${missing} is not among its addresses`);
}

const REFUSED: Readonly<Record<Refusal, string>> = {
  length: 'its length does not match its address count',
  version: 'its version is unknown',
  type: 'its type is unknown',
  checksum: 'its checksum is wrong',
};

function dropped(reason: Drop, text: string): Checked {
  return { kind: 'dropped', reason, text };
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
