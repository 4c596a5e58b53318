import { encodeUtf8 } from '../bytes/text.ts';
import type { VrrpInstance } from '../conf/model-vrrp.ts';
import { encodeAdvert } from './codec.ts';
import type { Send } from './event.ts';
import { groupOf, isUnicast, sourceOf } from './source.ts';
import type { VrrpState } from './state.ts';
import type { Move } from './walk.ts';

/** RFC 9568 §5.1.1.3 and §5.1.2.3: never forwarded, and nobody outside of the link can forge it. */
const TTL = 255;

/** One advert to the group, or one to each peer. @param priority 0 resigns (RFC 9568 §5.2.4); else that of the instance */
export function sendAdvert(priority?: 0): Move {
  return (instance, state) => {
    const effects = sends(instance.conf, priority ?? instance.priority, state);
    const { counters } = instance;
    const sent = counters.sent + effects.length;
    const priorityZeroSent = counters.priorityZeroSent + (priority === 0 ? effects.length : 0);
    return { state: { ...instance, counters: { ...counters, sent, priorityZeroSent } }, effects };
  };
}

/** The eight bytes of RFC 2338 §5.3.10, cut or filled up with zeros; undefined in version 3. */
export function authDataOf(conf: VrrpInstance): Uint8Array | undefined {
  if (conf.version === 3) return undefined;
  const data = new Uint8Array(8);
  if (conf.authentication?.auth_type === 'PASS') data.set(encodeUtf8(conf.authentication.auth_pass).subarray(0, 8));
  return data;
}

/** 1 for PASS in version 2 (RFC 2338 §5.3.6), else 0. */
export function authTypeOf(conf: VrrpInstance): number {
  return conf.version === 2 && conf.authentication?.auth_type === 'PASS' ? 1 : 0;
}

function sends(conf: VrrpInstance, priority: number, state: VrrpState): readonly Send[] {
  const source = sourceOf(conf, state);
  if (source === undefined) return [];
  const { family } = conf;
  const destinations = isUnicast(conf) ? conf.unicast_peer.map(({ address }) => address) : [groupOf(conf, state)];
  const advert = {
    version: conf.version,
    vrid: conf.virtual_router_id,
    priority,
    interval: conf.advert_int,
    addresses: conf.virtual_ipaddress.map(({ address }) => address),
    authType: authTypeOf(conf),
    authData: authDataOf(conf),
  };
  return destinations.map((destination) => ({
    kind: 'send',
    interface: conf.interface,
    family,
    source,
    destination,
    ttl: isUnicast(conf) ? (conf.unicast_ttl ?? TTL) : TTL,
    payload: encodeAdvert(advert, { family, source, destination }, !state.conf.globals.v3_checksum_as_v2),
  }));
}
