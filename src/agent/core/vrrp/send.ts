import { encodeAdvert } from './codec.ts';
import type { Send } from './event.ts';
import { groupOf, isUnicast, sourceOf } from './source.ts';
import type { Adverts, Instance, VrrpState } from './state.ts';
import type { Move } from './walk.ts';

/** RFC 9568 §5.1.1.3 and §5.1.2.3: never forwarded, and nobody outside of the link can forge it. */
const TTL = 255;

/** One advert to the group, or one to each peer. @param priority 0 resigns (RFC 9568 §5.2.4); else that of the instance */
export function sendAdvert(priority?: 0): Move {
  return (instance, state) => {
    const source = sourceOf(instance.conf, state);
    if (source === undefined) return { state: instance, effects: [] };
    const adverts = advertsOf(instance, priority ?? instance.priority, source, state);
    const { counters } = instance;
    const sent = counters.sent + adverts.sends.length;
    const priorityZeroSent = counters.priorityZeroSent + (priority === 0 ? adverts.sends.length : 0);
    return {
      state: { ...instance, adverts, counters: { ...counters, sent, priorityZeroSent } },
      effects: adverts.sends,
    };
  };
}

/** Those sent last where they still say what is to be said. */
function advertsOf(instance: Instance, priority: number, source: string, state: VrrpState): Adverts {
  const { adverts } = instance;
  if (adverts !== undefined && adverts.priority === priority && adverts.source === source) return adverts;
  return { priority, source, sends: sends(instance, priority, source, state) };
}

function sends({ conf, wire }: Instance, priority: number, source: string, state: VrrpState): readonly Send[] {
  const { family } = conf;
  const destinations = isUnicast(conf) ? conf.unicast_peer.map(({ address }) => address) : [groupOf(conf, state)];
  const advert = {
    version: conf.version,
    vrid: conf.virtual_router_id,
    priority,
    interval: conf.advert_int,
    ...wire,
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
